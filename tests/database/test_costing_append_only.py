"""The ledgers of inventory and costing refuse to be rewritten, whoever writes and by whatever way."""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from config.base import triggers
from costing.models import Settlement, ValueEntry
from inventory.models import CapacityLedgerEntry, ItemApplicationEntry, ItemLedgerEntry
from tests.database.rows import insert, one

pytestmark = pytest.mark.django_db

APPEND_ONLY = [
    model
    for label in ("inventory", "costing")
    for model in apps.get_app_config(label).get_models()
    if hasattr(model, "PROGRESS_FIELDS")
]


def frozen_fields(model):
    return [
        field
        for field in model._meta.concrete_fields
        if field.attname not in model.PROGRESS_FIELDS and not field.generated
    ]


def other_value(field, value):
    """Something else than what the row has; no matter whether it would be allowed: the trigger comes first."""
    if value is not None and not isinstance(field, models.BooleanField):
        return None
    if isinstance(field, models.BooleanField):
        return not value
    if field.is_relation or isinstance(field, models.IntegerField):
        return 999_999
    return date(2030, 1, 1) if isinstance(field, models.DateField) else "other"


@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda model: model.__name__)
class TestAppendOnlyTable:
    def test_watches_every_column_that_is_no_progress(self, model):
        assert triggers.frozen_columns(model._meta.db_table) == {field.column for field in frozen_fields(model)}

    def test_names_only_columns_that_exist_as_progress(self, model):
        assert set(model.PROGRESS_FIELDS) <= {field.attname for field in model._meta.concrete_fields}

    def test_refuses_another_value_in_each_frozen_column(self, model):
        row = one(model)

        for field in frozen_fields(model):
            changed = {field.attname: other_value(field, getattr(row, field.attname))}
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                model._base_manager.filter(pk=row.pk).update(**changed)

    def test_refuses_to_delete_by_sql(self, model):
        row = one(model)

        with connection.cursor() as cursor, pytest.raises(IntegrityError, match="DELETE of"), transaction.atomic():
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", [row.pk])

        assert model._base_manager.filter(pk=row.pk).exists()

    def test_refuses_to_truncate_outside_tests(self, model):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL lagerbok.allow_truncate = 'off'")
            with pytest.raises(IntegrityError, match="TRUNCATE of"), transaction.atomic():
                cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")
            cursor.execute("SET LOCAL lagerbok.allow_truncate = 'on'")


class TestProgressColumns:
    @pytest.mark.parametrize(
        ("model", "progress"),
        [
            (ItemLedgerEntry, {"remaining_quantity": 0, "open": False, "applied_entry_to_adjust": True}),
            (ItemApplicationEntry, {"outbound_entry_is_updated": True}),
            (CapacityLedgerEntry, {"invoiced_quantity": 1}),
            (ValueEntry, {"valuation_date": date(2026, 2, 1)}),
        ],
    )
    def test_may_move(self, model, progress):
        row = one(model)

        model._base_manager.filter(pk=row.pk).update(**progress)

        row.refresh_from_db()
        assert {name: getattr(row, name) for name in progress} == progress

    def test_a_settlement_is_cancelled_by_a_reversal(self):
        settlement = insert(Settlement)

        Settlement.objects.filter(pk=settlement.pk).update(cancelled_by=settlement.close)

        settlement.refresh_from_db()
        assert settlement.cancelled_by_id == settlement.close_id
