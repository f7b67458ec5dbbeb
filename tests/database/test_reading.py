"""How the reconciliation reads the books: at one moment, from indexes, and no G/L entry that it need not look at."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from costing.models import CostingSetup, ValueEntry
from costing.posting.documents import post_document
from ledger.models import GLEntry
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
        before = self.settings()

        with one_moment():
            inside = self.settings()

        assert inside == ("1.1", "repeatable read", "on")
        assert self.settings() == before
        assert before[1:] == ("read committed", "off")

    def settings(self):
        names = ("random_page_cost", "transaction_isolation", "transaction_read_only")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s), current_setting(%s), current_setting(%s)", names)
            return cursor.fetchone()


@pytest.mark.parametrize(
    ("model", "index", "statement", "count"),
    [
        (ValueEntry, "value_entry_date_kind", selectors.SUMS_BY_KIND, 8),
        (GLEntry, "gl_entry_account_date", selectors.SUMS_BY_ACCOUNT, 3),
    ],
)
def test_an_index_holds_all_that_a_sum_reads(model, index, statement, count):
    """Else the rows themselves would be read: the whole ledger for the sums of all dates."""
    sql = statement.format(dates=MARCH.dates_in_sql()[0])
    read = {field.column for field in model._meta.concrete_fields if re.search(rf"\b{field.column}\b", sql)}
    definition = next(each for each in model._meta.indexes if each.name == index)
    held = {model._meta.get_field(name).column for name in (*definition.fields, *definition.include)}

    assert len(read) == count
    assert read <= held


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
