"""How the reconciliation reads the books: at one moment, from indexes, and no G/L entry that it need not look at."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from costing.models import CostingSetup, ValueEntry
from costing.posting.documents import post_document
from reconciliation import explanations, legs, selectors
from reconciliation.enums import Cause
from reconciliation.reading import one_moment
from reconciliation.scopes import Scope
from tests import factories
from tests.threads import start

ALL = Scope()
MARCH = Scope(date(2026, 3, 1), date(2026, 3, 31))


def buy(item, unit_cost="20", *, on=date(2026, 3, 5)):
    order = factories.purchase_order(item, quantity="10", unit_cost=unit_cost)
    post_document(document_id=order.pk, posting_date=on, handle=True, invoice=True, user_id=None)


def plan_of(sql, values):
    """The plan of a statement where no table is read that an index can stand for, as the lines that read something."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (COSTS OFF) {sql}", values)
        found = [line for (line,) in cursor.fetchall() if "Scan" in line or "Sort" in line]
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
        cursor.execute("SET LOCAL enable_bitmapscan TO DEFAULT")
    return found


@pytest.mark.django_db(transaction=True)
class TestOneMoment:
    def test_what_is_posted_meanwhile_does_not_count(self):
        factories.company(automatic_cost_posting=True)
        chair = factories.item("CHAIR")
        buy(chair)

        with one_moment():
            before = selectors.value_amounts(ALL)
            start(lambda: buy(chair, "7")).result(timeout=30)
            found = selectors.reconcile(ALL)

        assert found.amounts == before
        assert found.line("inventory").gl_total == Decimal(200)
        assert found.is_balanced
        assert selectors.reconcile(ALL).line("inventory").gl_total == Decimal(270)

    def test_nothing_is_written_in_it_and_nothing_of_it_stays(self):
        with one_moment(), connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            assert cursor.fetchone() == ("on",)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('random_page_cost'), current_setting('transaction_isolation')")
            assert cursor.fetchone() == ("4", "read committed")


@pytest.mark.django_db
class TestIndexes:
    @pytest.mark.parametrize("scope", [ALL, MARCH])
    def test_the_sums_of_value_entries_come_from_one_index_in_its_order(self, scope):
        dates, values = scope.dates_in_sql()

        plan = plan_of(selectors.SUMS_BY_KIND.format(dates=dates), values)

        assert any("Index Only Scan using value_entry_date_kind on costing_valueentry" in line for line in plan)
        assert not any("Seq Scan" in line for line in plan)

    @pytest.mark.parametrize("scope", [ALL, MARCH])
    def test_those_of_accounts_from_another(self, scope):
        dates, values = scope.dates_in_sql()

        plan = plan_of(selectors.SUMS_BY_ACCOUNT.format(dates=dates), [[1, 2], *values])

        assert any("Index Only Scan using gl_entry_account_date on ledger_glentry" in line for line in plan)


@pytest.mark.django_db
class TestWhatIsLookedAt:
    @pytest.fixture
    def books(self):
        return factories.company(locations=["EAST"], automatic_cost_posting=True)

    @pytest.fixture
    def a_difference(self, books):
        """10 at 20.00, posted; 10 more at 9.00 wait."""
        chair = factories.item("CHAIR")
        buy(chair)
        CostingSetup.objects.update(automatic_cost_posting=False)
        buy(chair, "9")
        return books

    def joins(self, scope):
        found = selectors.reconcile(scope)
        with CaptureQueriesContext(connection) as queries:
            explained = explanations.explain(found)
        return explained, sum('JOIN "ledger_glentry"' in query["sql"] for query in queries)

    @pytest.mark.parametrize("scope", [ALL, MARCH])
    def test_no_g_l_entry_where_every_account_holds_what_it_should(self, a_difference, scope):
        explained, joins = self.joins(scope)

        assert {part.cause: part.amount for part in explained.foot["inventory"].causes} == {
            Cause.NOT_POSTED: Decimal(-90)
        }
        assert joins == 0

    def test_every_one_where_an_account_does_not(self, a_difference):
        value = ValueEntry.objects.earliest("pk")
        entry = value.gl_relations.get().gl_entry
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_glentry DISABLE TRIGGER USER")
        type(entry).objects.filter(pk=entry.pk).update(amount=entry.amount + 3)

        explained, joins = self.joins(ALL)

        assert {part.cause: part.amount for part in explained.foot["inventory"].causes} == {
            Cause.NOT_POSTED: Decimal(-90),
            Cause.ENTRY_CHANGED: Decimal(3),
        }
        assert joins > 0

    def test_an_account_that_the_frozen_set_leaves_blank_is_looked_up(self, a_difference):
        value = ValueEntry.objects.earliest("pk")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE costing_accountset DISABLE TRIGGER USER")
        assert legs.as_frozen(ALL) is not None
        type(value.account_set).objects.update(direct_cost_applied=None)

        assert legs.as_frozen(ALL) is None
