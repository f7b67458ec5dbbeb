from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User

from config.base import changelog
from config.base.models import ChangeLog, Company, NumberSeries, ReasonCode

pytestmark = pytest.mark.django_db


@pytest.fixture
def nina():
    return User.objects.create_user("nina")


class TestRecord:
    def test_writes_the_fields_that_differ(self, nina):
        series = NumberSeries.objects.create(code="PO", description="Purchases")
        before = changelog.snapshot(series)
        series.description = "Purchase orders"
        changelog.record(nina, before, changelog.snapshot(series), "Clearer")

        entry = ChangeLog.objects.get()
        assert (entry.user, entry.action, entry.reason) == (nina, "change", "Clearer")
        assert (entry.model_label, entry.record_no) == ("base.numberseries", "PO")
        assert entry.changes == {"description": ["Purchases", "Purchase orders"]}
        assert entry.changed_at is not None

    def test_writes_nothing_where_nothing_changed(self, nina):
        company = Company(pk=1, amount_rounding_precision=Decimal("0.01"))
        before = changelog.snapshot(company)
        company.amount_rounding_precision = Decimal("0.01000")

        assert changelog.record(nina, before, changelog.snapshot(company)) is None
        assert not ChangeLog.objects.exists()

    def test_writes_a_new_record_with_all_its_fields(self, nina):
        reason = ReasonCode.objects.create(code="DAMAGED")
        changelog.record(nina, None, changelog.snapshot(reason))

        entry = ChangeLog.objects.get()
        assert entry.action == "add"
        assert entry.changes["code"] == [None, "DAMAGED"]

    def test_writes_what_was_deleted(self, nina):
        reason = ReasonCode.objects.create(code="DAMAGED")
        changelog.record(nina, changelog.snapshot(reason), None)

        entry = ChangeLog.objects.get()
        assert entry.action == "delete"
        assert entry.changes["code"] == ["DAMAGED", None]

    def test_never_writes_a_password(self, nina):
        before = changelog.snapshot(nina)
        nina.set_password("secret")
        changelog.record(nina, before, changelog.snapshot(nina))

        assert ChangeLog.objects.get().changes == {"password": ["***", "***"]}

    def test_writes_who_got_which_group(self, nina):
        before = changelog.lists(nina)
        nina.groups.add(Group.objects.create(name="Counters"))
        changelog.record(nina, before, changelog.lists(nina))

        assert ChangeLog.objects.get().changes == {"groups": [[], ["Counters"]]}

    def test_needs_a_record(self, nina):
        with pytest.raises(ValueError, match="before or after"):
            changelog.record(nina, None, None)
