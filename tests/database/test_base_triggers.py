import pytest
from django.db import IntegrityError, connection, transaction

from config.base import triggers
from config.base.models import ChangeLog, DimensionSet

pytestmark = pytest.mark.django_db


@pytest.fixture
def change():
    return ChangeLog.objects.create(model_label="inventory.item", record_no="CHAIR", action="change", changes={})


class TestAppendOnly:
    def test_refuses_to_change_a_frozen_column(self, change):
        with pytest.raises(IntegrityError, match="UPDATE of base_changelog is refused"):
            ChangeLog.objects.filter(pk=change.pk).update(reason="another")

    def test_refuses_to_delete(self, change):
        with pytest.raises(IntegrityError, match="DELETE of base_changelog is refused"):
            ChangeLog.objects.filter(pk=change.pk).delete()

    def test_lets_a_save_with_equal_values_through(self, change):
        change.refresh_from_db()

        change.save()

    def test_refuses_to_truncate_without_the_setting_of_tests(self, change):
        connection.check_constraints()  # no pending trigger events, which TRUNCATE refuses
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lagerbok.allow_truncate = 'off'")
            with pytest.raises(IntegrityError, match="TRUNCATE of base_changelog"), transaction.atomic():
                cursor.execute("TRUNCATE base_changelog")
            cursor.execute("SET LOCAL lagerbok.allow_truncate = 'on'")
            cursor.execute("TRUNCATE base_changelog")

        assert not ChangeLog.objects.exists()

    def test_leaves_other_columns_free(self):
        with connection.cursor() as cursor:
            cursor.execute('CREATE TABLE trial (id int, amount numeric, "open" boolean, note text)')
            cursor.execute(triggers.append_only("trial", frozen=["id", "amount"]).sql)
            cursor.execute("INSERT INTO trial VALUES (1, 5, true, 'a')")
            cursor.execute('UPDATE trial SET "open" = false, note = NULL, amount = 5.00')
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute("UPDATE trial SET amount = NULL")

        assert triggers.frozen_columns("trial") == {"id", "amount"}

    def test_can_be_taken_back(self):
        operation = triggers.append_only("trial", frozen=["id"])
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE trial (id int)")
            cursor.execute(operation.sql)
            cursor.execute(operation.reverse_sql)
            cursor.execute("INSERT INTO trial VALUES (1)")
            cursor.execute("DELETE FROM trial")

        assert triggers.frozen_columns("trial") == set()


class TestEveryColumnIsFrozen:
    @pytest.mark.parametrize("model", [ChangeLog, DimensionSet])
    def test_in_the_tables_of_the_base(self, model):
        assert triggers.frozen_columns(model._meta.db_table) == {field.column for field in model._meta.concrete_fields}
