"""What the database refuses of the reconciliation's own tables."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from config.base import triggers
from reconciliation.models import Finding, LedgerSeal, ReconciliationRun, SignOff
from tests import factories

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 4, 1, 12, tzinfo=UTC)


@pytest.fixture
def run():
    return ReconciliationRun.objects.create(known_at=MOMENT)


@pytest.fixture
def signed(run):
    return SignOff.objects.create(run=run, user=factories.user("controller"), digest="a", signed_at=MOMENT)


def refused(match="append-only"):
    return pytest.raises(IntegrityError, match=match)


class TestSignOff:
    def test_is_not_changed_or_deleted(self, signed):
        with refused(), transaction.atomic():
            SignOff.objects.update(note="another")
        with refused(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM reconciliation_signoff")

    def test_a_run_is_signed_once(self, signed):
        with refused("run_id"), transaction.atomic():
            SignOff.objects.bulk_create([SignOff(run=signed.run, user=signed.user, digest="b", signed_at=MOMENT)])

    def test_a_signed_run_is_not_deleted(self, signed):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM reconciliation_reconciliationrun")
            connection.check_constraints()


class TestLedgerSeal:
    def test_is_not_changed_or_deleted(self):
        LedgerSeal.objects.create(digest="a", sealed_at=MOMENT)

        with refused(), transaction.atomic():
            LedgerSeal.objects.update(digest="b")
        with refused(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM reconciliation_ledgerseal")

    def test_the_chain_does_not_fork(self):
        first = LedgerSeal.objects.create(digest="a", sealed_at=MOMENT)
        LedgerSeal.objects.create(digest="b", sealed_at=MOMENT, previous=first)

        with refused("previous_id"), transaction.atomic():
            LedgerSeal.objects.create(digest="c", sealed_at=MOMENT, previous=first)


class TestFinding:
    def test_one_amount_for_each_cause_of_a_difference(self, run):
        cell = {"run": run, "row": "cogs", "column": "difference", "cause": "not_posted", "amount": 1}
        Finding.objects.create(**cell)

        with refused("finding_unique"), transaction.atomic():
            Finding.objects.bulk_create([Finding(**cell)])


@pytest.mark.parametrize("model", [SignOff, LedgerSeal])
def test_every_column_is_frozen(model):
    columns = {field.column for field in model._meta.concrete_fields}

    assert triggers.frozen_columns(model._meta.db_table) == columns - set(model.PROGRESS_FIELDS)
