"""The application worksheet keeps the books whole, and undoing it brings back what was."""

from datetime import date
from decimal import Decimal

import pytest

from costing import application_worksheet as worksheet
from costing import check_books
from costing.adjustment import adjust_cost
from costing.models import AvgCostAdjmtEntryPoint, ValueEntry
from costing.posting.documents import post_document
from costing.posting.journals import post_item_journal
from inventory.enums import JournalLineKind
from inventory.models import ItemApplicationEntry, ItemJournalLine, ItemLedgerEntry
from tests import factories

pytestmark = pytest.mark.django_db


def post(order, day):
    post_document(document_id=order.pk, posting_date=date(2026, 1, day), handle=True, invoice=True, user_id=None)
    return ItemLedgerEntry.objects.latest("pk")


def buy(item, unit_cost, day):
    return post(factories.purchase_order(item, quantity="5", unit_cost=unit_cost), day)


def sell(item, quantity, day):
    return post(factories.sales_order(item, quantity=quantity), day)


def bring_back(sold, quantity, day):
    line = ItemJournalLine(
        line_no=1,
        kind=JournalLineKind.POSITIVE,
        posting_date=date(2026, 1, day),
        item=sold.item,
        quantity=Decimal(quantity),
        applies_from_entry=sold,
    )
    post_item_journal(lines=[line], user_id=None)
    return ItemLedgerEntry.objects.latest("pk")


def link_of(entry):
    return ItemApplicationEntry.objects.active().get(item_ledger_entry=entry).pk


def valued(entry):
    rows = ValueEntry.objects.filter(item_ledger_entry=entry).order_by("pk")
    return list(rows.values_list("valuation_date", "valued_by_average_cost"))


def state():
    """Everything that undoing is to bring back."""
    entries = ItemLedgerEntry.objects.order_by("pk").values_list(
        "pk", "remaining_quantity", "open", "applies_to_entry_id", "shipped_quantity_not_returned"
    )
    links = ItemApplicationEntry.objects.active().order_by("pk").values_list("pk", "quantity")
    values = ValueEntry.objects.order_by("pk").values_list("pk", "valuation_date", "valued_by_average_cost")
    return list(entries), list(links), list(values)


@pytest.fixture
def user():
    factories.company()
    return factories.user("accountant")


@pytest.mark.parametrize("method", ["fifo", "lifo", "average", "standard"])
class TestUndo:
    def test_brings_back_a_fixed_issue_and_its_dates(self, user, method):
        item = factories.item("A", method=method, standard_cost="5")
        buy(item, "5.00", 1)
        later = buy(item, "6.00", 20)
        sale = sell(item, "2", 5)
        adjust_cost()
        before = state()

        worksheet.unapply(application_id=link_of(sale), user_id=user.pk)
        worksheet.apply(entry_id=sale.pk, to_entry_id=later.pk, user_id=user.pk)
        assert valued(sale)[0] == (date(2026, 1, 20), False)
        assert check_books.breaches() == []
        worksheet.undo(item_id=item.pk, user_id=user.pk)

        assert state() == before
        assert AvgCostAdjmtEntryPoint.objects.filter(item=item).exists()
        adjust_cost()
        assert check_books.breaches() == []

    def test_brings_back_a_return_and_its_sale(self, user, method):
        item = factories.item("A", method=method, standard_cost="5")
        buy(item, "5.00", 1)
        sale = sell(item, "2", 5)
        back = bring_back(sale, "1", 6)
        adjust_cost()
        before = state()

        worksheet.unapply(application_id=link_of(back), user_id=user.pk)
        sale.refresh_from_db()
        assert sale.shipped_quantity_not_returned == -2
        assert check_books.breaches() == []
        worksheet.undo(item_id=item.pk, user_id=user.pk)

        assert state() == before


def test_dates_follow_along_the_chain_and_back(user):
    item = factories.item("A", method="fifo")
    early = buy(item, "5.00", 1)
    later = buy(item, "6.00", 20)
    sale = sell(item, "2", 5)
    back = bring_back(sale, "2", 6)

    worksheet.unapply(application_id=link_of(sale), user_id=user.pk)
    worksheet.apply(entry_id=later.pk, to_entry_id=sale.pk, user_id=user.pk)
    assert [valued(sale)[0][0], valued(back)[0][0]] == [date(2026, 1, 20), date(2026, 1, 20)]

    worksheet.unapply(application_id=link_of(sale), user_id=user.pk)
    worksheet.apply(entry_id=early.pk, to_entry_id=sale.pk, user_id=user.pk)
    worksheet.close(item_id=item.pk, user_id=user.pk)
    # Fixed to a receipt the sale is valued on the receipt's date; the return not before its own.
    assert [valued(sale)[0][0], valued(back)[0][0]] == [date(2026, 1, 1), date(2026, 1, 6)]
    assert check_books.breaches() == []


def test_cancelled_links_stay_on_record_with_the_session_that_cancelled_them(user):
    item = factories.item("A", method="fifo")
    buy(item, "5.00", 1)
    sale = sell(item, "2", 5)
    link = link_of(sale)

    worksheet.unapply(application_id=link, user_id=user.pk)
    worksheet.close(item_id=item.pk, user_id=user.pk)

    cancelled = ItemApplicationEntry.objects.get(pk=link).cancelled_by
    assert (cancelled.source_code, cancelled.user) == ("UNAPPITEM", user)
    assert ItemApplicationEntry.objects.active().get(item_ledger_entry=sale).register == cancelled
