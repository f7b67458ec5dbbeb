"""The matrix under filters: items, categories, places, lots and moments of knowledge limit both sides."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from config.base.expressions import read_expression, read_text
from costing.models import CostingSetup, ValueEntry
from costing.post_to_gl import post_inventory_cost
from costing.posting.capacity import Work
from costing.posting.documents import post_document
from costing.posting.production import post_production
from inventory.enums import OrderType
from inventory.models import ItemCategory, OrderHeader
from inventory.orders import create_order
from ledger.journals import post_general_journal
from ledger.models import GeneralJournalLine
from reconciliation import causes as cause_entries
from reconciliation import drilldown, selectors
from reconciliation.enums import Cause
from reconciliation.explanations import explain
from reconciliation.reports.layout import Options
from reconciliation.reports.work_in_process import wip_valuation
from reconciliation.rows import TOTAL
from reconciliation.scopes import Scope
from reconciliation.selectors import matrix
from tests import factories

pytestmark = pytest.mark.django_db


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


def causes(line):
    return {part.cause: part.amount for part in line.causes}


def value_of(scope, row, column):
    """The sum of the value entries behind a figure."""
    entries = drilldown.with_effect(ValueEntry.objects.filter(scope.value_entries()), row, column)
    return entries.aggregate(total=Sum("effect"))["total"] or Decimal(0)


@pytest.fixture
def books():
    return factories.company(locations=["EAST", "WEST"], expected_cost_posting=True, automatic_cost_posting=True)


@pytest.fixture
def chair(books):
    return factories.item("CHAIR")


class TestItemFilters:
    @pytest.fixture
    def table(self, books):
        return factories.item("TABLE")

    @pytest.fixture(autouse=True)
    def two_items(self, books, chair, table):
        east, west = books.locations["EAST"], books.locations["WEST"]
        buy(chair, "10", "20", on=date(2026, 3, 1), location=east)
        buy(table, "1", "100", on=date(2026, 3, 1), location=west)
        buy(table, "1", "7", on=date(2026, 3, 1))
        sell(chair, "1", on=date(2026, 3, 2), location=east)
        post_by_hand(books.account("inventory"), books.account("price_difference"), "75")

    def test_items_limit_both_sides(self, chair):
        found = matrix(item_ids=[chair.pk])

        assert found.line("inventory").total == found.line("inventory").gl_total == Decimal(180)
        assert found.line("cogs").gl_total == Decimal(20)
        assert found.is_balanced

    def test_what_no_item_stands_behind_has_its_own_line(self, chair):
        found = matrix(item_ids=[chair.pk])

        assert found.line("inventory").not_tied == Decimal(75)
        assert found.line("cogs").not_tied == 0
        assert matrix().line("inventory").not_tied is None

    def test_locations_and_the_blank_one(self, books):
        west = books.locations["WEST"].pk

        assert matrix(location_ids=[west]).line("inventory").gl_total == Decimal(100)
        assert matrix(location_ids=[None]).line("inventory").gl_total == Decimal(7)
        assert matrix(location_ids=[west, None]).line("inventory").total == Decimal(107)

    def test_category_with_all_below_it(self, chair):
        furniture = ItemCategory.objects.create(code="FURNITURE")
        seats = ItemCategory.objects.create(code="SEATS", parent=furniture)
        type(chair).objects.filter(pk=chair.pk).update(category=seats)

        found = matrix(category_id=furniture.pk)

        assert found.line("inventory").total == found.line("inventory").gl_total == Decimal(180)

    def test_expressions(self):
        scope = Scope(
            item=read_expression("T*", read_text, wildcards=True), location=read_expression("WEST", read_text)
        )

        assert selectors.reconcile(scope).line("inventory").gl_total == Decimal(100)


class TestCapacity:
    """Capacity of an order has no item of its own: it counts for what the order makes, on both sides."""

    @pytest.fixture(autouse=True)
    def work_on_a_chair(self, books, chair):
        order = create_order(
            OrderHeader(type=OrderType.PRODUCTION, item=chair, quantity=1, order_date=date(2026, 3, 1))
        )
        works = [Work(amount=Decimal(8))]
        post_production(order_id=order.pk, posting_date=date(2026, 3, 1), works=works, user_id=None)

    def test_counts_for_the_produced_item(self, chair):
        found = matrix(item_ids=[chair.pk])

        assert (found.line("wip").total, found.line("wip").gl_total) == (Decimal(8), Decimal(8))
        assert found.is_balanced

    def test_not_for_another(self, books):
        found = matrix(item_ids=[factories.item("TABLE").pk])

        assert (found.line("wip").total, found.line("wip").gl_total) == (0, 0)

    @pytest.mark.parametrize(("text", "amount"), [("CHAIR", 8), ("CH*", 8), ("<>CHAIR", 0), ("TABLE", 0)])
    def test_expressions(self, text, amount):
        scope = Scope(item=read_expression(text, read_text, wildcards=True))

        assert value_of(scope, TOTAL, "wip") == amount
        assert selectors.reconcile(scope).line("wip").gl_total == amount

    def test_stands_in_the_wip_report_of_its_order(self):
        result = wip_valuation(Options(Scope()))

        assert [row.values["capacity"] for row in result.rows] == [Decimal(8)]
        assert all(tie.holds for tie in result.ties)


class TestLotsAndMoments:
    @pytest.fixture(autouse=True)
    def two_lots(self, books):
        paint = factories.item("PAINT", lot_tracked=True)
        buy(paint, "10", "20", on=date(2026, 3, 1), lot_no="A")
        buy(paint, "10", "30", on=date(2026, 3, 1), lot_no="B")
        sell(paint, "1", on=date(2026, 3, 2), lot_no="B")

    def test_a_lot_limits_both_sides(self):
        found = selectors.reconcile(Scope(lot=read_expression("B", read_text, wildcards=True)))

        assert found.line("inventory").total == found.line("inventory").gl_total == Decimal(270)
        assert found.line("cogs").gl_total == Decimal(30)
        assert found.is_balanced

    def test_what_was_posted_since_a_moment_was_not_posted_at_it(self, books):
        CostingSetup.objects.update(automatic_cost_posting=False)
        buy(factories.item("TABLE"), "1", "7", on=date(2026, 3, 3))
        moment = ValueEntry.objects.latest("created_at").created_at
        post_inventory_cost(through=None)

        then = explain(matrix(known_at=moment))

        assert causes(then.line("inventory")) == {Cause.NOT_POSTED: Decimal(-7)}
        behind = cause_entries.entries_of(then.scope, ("difference", "inventory"), Cause.NOT_POSTED)
        assert [entry.effect for entry in behind] == [Decimal(-7)]
        assert matrix().is_balanced
