"""The matrix on posted books: both sides, drill-down and causes."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from costing.adjustment import adjust_cost
from costing.models import CostingSetup, GeneralPostingSetup, GLItemLedgerRelation, ValueEntry
from costing.post_to_gl import post_inventory_cost
from costing.posting.documents import post_document
from inventory.enums import ItemLedgerEntryType
from ledger.journals import post_general_journal
from ledger.models import GeneralJournalLine, GLEntry
from reconciliation import drilldown, selectors
from reconciliation.enums import Cause
from reconciliation.explanations import explain
from reconciliation.rows import COLUMNS, TOTAL
from reconciliation.scopes import Scope
from reconciliation.selectors import matrix
from tests import factories

pytestmark = pytest.mark.django_db
MARCH = {"date_from": date(2026, 3, 1), "date_to": date(2026, 3, 31)}


def buy(item, quantity, unit_cost, *, on, invoice=True, **line):
    order = factories.purchase_order(item, quantity=quantity, unit_cost=unit_cost, **line)
    return post_document(document_id=order.pk, posting_date=on, handle=True, invoice=invoice, user_id=None)


def sell(item, quantity, *, on, invoice=True, **line):
    order = factories.sales_order(item, quantity=quantity, unit_price="50", **line)
    return post_document(document_id=order.pk, posting_date=on, handle=True, invoice=invoice, user_id=None)


def post_by_hand(account, against, amount, *, on=date(2026, 3, 15)):
    owner = factories.user("controller")
    common = {"owner": owner, "posting_date": on, "description": "By hand"}
    lines = [
        GeneralJournalLine(line_no=1, gl_account=account, amount=Decimal(amount), **common),
        GeneralJournalLine(line_no=2, gl_account=against, amount=-Decimal(amount), **common),
    ]
    return post_general_journal(lines=lines, user_id=owner.pk)


def figures(found):
    """Non-zero figures: row -> {column: amount}, with total, G/L total and difference."""
    shown = {}
    for line in found.lines:
        cells = {key: value for key, value in line.cells.items() if value}
        rest = {"total": line.total, "gl_total": line.gl_total, "difference": line.difference}
        cells |= {key: value for key, value in rest.items() if value}
        if cells:
            shown[line.key] = cells
    return shown


def causes(line):
    return {part.cause: part.amount for part in line.causes}


@pytest.fixture
def books():
    return factories.company(locations=["EAST", "WEST"], expected_cost_posting=True, automatic_cost_posting=True)


@pytest.fixture
def silent_books():
    """Nothing is posted to the ledger by itself."""
    return factories.company(locations=["EAST", "WEST"], expected_cost_posting=False, automatic_cost_posting=False)


@pytest.fixture
def chair(books):
    return factories.item("CHAIR")


class TestFigures:
    def test_purchase_and_sale_stand_on_their_accounts_without_difference(self, chair):
        buy(chair, "10", "20", on=date(2026, 3, 1))
        sell(chair, "8", on=date(2026, 3, 3))

        found = matrix()

        assert figures(found) == {
            "direct_cost_applied": {"inventory": Decimal(-200), "total": Decimal(-200), "gl_total": Decimal(-200)},
            "cogs": {"inventory": Decimal(160), "total": Decimal(160), "gl_total": Decimal(160)},
        }
        assert (found.foot["inventory"].total, found.foot["inventory"].gl_total) == (Decimal(40), Decimal(40))
        assert found.is_balanced

    def test_expected_cost_stands_in_the_interim_column(self, chair):
        buy(chair, "10", "20", on=date(2026, 3, 1), invoice=False)
        sell(chair, "4", on=date(2026, 3, 3), invoice=False)

        found = matrix()

        assert found.line("invt_accrual_interim").cells == {"interim": Decimal(-200)}
        assert found.line("cogs_interim").cells == {"interim": Decimal(80)}
        assert found.line("inventory_interim").total == Decimal(120)
        assert found.is_balanced

    def test_each_column_sums_to_zero_after_adjustment(self, chair):
        buy(chair, "10", "20", on=date(2026, 3, 1), invoice=False)
        sell(chair, "4", on=date(2026, 3, 3))
        buy(chair, "5", "30", on=date(2026, 3, 4))
        adjust_cost()

        found = matrix()

        for column in COLUMNS:
            assert sum(line.cells.get(column, 0) for line in found.lines) + found.foot[column].total == 0
        assert found.is_balanced

    def test_dates_limit_both_sides(self, chair):
        buy(chair, "10", "20", on=date(2026, 2, 28))
        sell(chair, "1", on=date(2026, 3, 31))
        sell(chair, "1", on=date(2026, 4, 1))

        found = matrix(**MARCH)

        assert figures(found) == {"cogs": {"inventory": Decimal(20), "total": Decimal(20), "gl_total": Decimal(20)}}
        assert found.foot["inventory"].gl_total == Decimal(-20)

    def test_what_is_not_inventoriable_does_not_count(self, books):
        service = factories.item("HELP", type="service")
        buy(service, "1", "100", on=date(2026, 3, 1))

        assert figures(matrix()) == {}
        assert ValueEntry.objects.filter(inventoriable=False).exists()

    def test_known_at_leaves_later_postings_out(self, chair):
        buy(chair, "10", "20", on=date(2026, 3, 1))
        moment = ValueEntry.objects.latest("created_at").created_at
        buy(chair, "1", "20", on=date(2026, 3, 1))

        assert matrix(known_at=moment).line("cogs").total == 0
        assert matrix(known_at=moment).line("inventory").total == Decimal(200)
        assert matrix(known_at=moment).line("inventory").gl_total == Decimal(200)

    def test_one_query_a_side_whatever_the_number_of_entries(self, chair):
        counts = []
        for _round in range(2):
            for _each in range(3):
                buy(chair, "1", "20", on=date(2026, 3, 1))
            with CaptureQueriesContext(connection) as queries:
                matrix()
            counts.append(len(queries))

        assert counts == [4, 4]


class TestDrillDown:
    @pytest.fixture(autouse=True)
    def busy_books(self, books, chair):
        buy(chair, "10", "20", on=date(2026, 3, 1), invoice=False)
        sell(chair, "4", on=date(2026, 3, 3))
        buy(chair, "5", "30", on=date(2026, 4, 4))
        adjust_cost()
        post_by_hand(books.account("inventory"), books.account("price_difference"), "75")

    @pytest.mark.parametrize("scope", [Scope(), Scope(**MARCH)], ids=["all", "march"])
    def test_effects_add_up_to_every_figure(self, scope):
        found = selectors.reconcile(scope)

        checked = 0
        for line in found.lines:
            for column, amount in {**line.cells, TOTAL: line.total}.items():
                assert effect_of(drilldown.with_effect(entries_of(scope), line.key, column)) == amount, (
                    line.key,
                    column,
                )
                checked += 1
        for column, line in found.foot.items():
            assert effect_of(drilldown.with_effect(entries_of(scope), TOTAL, column)) == line.total, column
        assert checked > 30

    def test_own_amount_and_effect(self):
        entry = drilldown.with_effect(entries_of(Scope()), "cogs", "inventory").order_by("pk").first()

        assert (entry.amount, entry.effect) == (Decimal(-80), Decimal(80))

    def test_links_add_up_to_the_ledger_figure_of_an_item(self, chair):
        scope = Scope(item_ids=(chair.pk,), **MARCH)
        found = selectors.reconcile(scope)

        for line in found.lines:
            if line.gl_total is not None:
                assert effect_of(drilldown.with_gl_effect(links_of(scope), line.key, "gl_total")) == line.gl_total
        for column, line in found.foot.items():
            assert effect_of(drilldown.with_gl_effect(links_of(scope), "gl_total", column)) == line.gl_total

    def test_entries_tied_to_no_item(self, chair):
        untied = drilldown.untied(GLEntry.objects.filter(Scope().dated()), "not_tied", "inventory")

        assert [entry.amount for entry in untied] == [Decimal(75)]


def entries_of(scope):
    return ValueEntry.objects.filter(scope.value_entries())


def links_of(scope):
    return GLItemLedgerRelation.objects.filter(scope.items("value_entry__"), scope.dated("gl_entry__"))


def effect_of(entries):
    return entries.aggregate(total=Sum("effect"))["total"] or Decimal(0)


class TestCauses:
    def test_cost_not_posted_yet(self, silent_books):
        chair = factories.item("CHAIR")
        buy(chair, "10", "20", on=date(2026, 3, 1))
        sell(chair, "9", on=date(2026, 3, 2))

        found = explain(matrix())

        assert found.line("cogs").difference == Decimal(-180)
        assert causes(found.line("cogs")) == {Cause.NOT_POSTED: Decimal(-180)}
        assert causes(found.line("inventory")) == {Cause.NOT_POSTED: Decimal(-20)}
        assert found.line("purchase_variance").causes == ()

    def test_posting_it_takes_the_difference_away(self, silent_books):
        chair = factories.item("CHAIR")
        buy(chair, "10", "20", on=date(2026, 3, 1))

        post_inventory_cost(through=None)

        assert matrix().is_balanced

    def test_interim_accounts_are_empty_by_setup(self, silent_books):
        chair = factories.item("CHAIR")
        buy(chair, "10", "20", on=date(2026, 3, 1), invoice=False)

        found = explain(matrix())

        assert causes(found.line("inventory_interim")) == {Cause.EXPECTED_COST_SETUP: Decimal(-200)}
        assert causes(found.line("invt_accrual_interim")) == {Cause.EXPECTED_COST_SETUP: Decimal(200)}

    def test_direct_posting(self, books, chair):
        buy(chair, "10", "20", on=date(2026, 3, 1))
        post_by_hand(books.account("inventory"), books.account("cogs"), "75")

        found = explain(matrix())

        assert causes(found.line("inventory")) == {Cause.DIRECT_POSTING: Decimal(75)}
        assert causes(found.line("cogs")) == {Cause.DIRECT_POSTING: Decimal(-75)}

    def test_several_at_once_add_up(self, silent_books):
        chair = factories.item("CHAIR")
        buy(chair, "10", "20", on=date(2026, 3, 1))
        post_inventory_cost(through=None)
        sell(chair, "1", on=date(2026, 3, 2))
        post_by_hand(silent_books.account("inventory"), silent_books.account("cogs"), "75")

        line = explain(matrix()).line("inventory")

        assert line.difference == Decimal(95)
        assert causes(line) == {Cause.NOT_POSTED: Decimal(20), Cause.DIRECT_POSTING: Decimal(75)}

    def test_one_account_for_two_roles(self, silent_books):
        CostingSetup.objects.update(automatic_cost_posting=True)
        GeneralPostingSetup.objects.update(cogs=silent_books.account("inventory_adjustment"))
        chair = factories.item("CHAIR")
        buy(chair, "10", "20", on=date(2026, 3, 1))
        sell(chair, "1", on=date(2026, 3, 2))

        found = explain(matrix())

        assert causes(found.line("inventory_adjustment")) == {Cause.SIMILAR_ACCOUNTS: Decimal(20)}
        assert found.line("cogs").causes == ()
        assert ValueEntry.objects.filter(item_ledger_entry_type=ItemLedgerEntryType.SALE).exists()
