"""Random trade with everything that is taken back or moved on the way: returns, credit memos, charges, undo, transfers.

As in the books of `test_books_stay_whole`, whatever is refused leaves nothing, and the rules hold at every stop.
"""

from decimal import Decimal

import pytest

from config.base.errors import DomainError
from costing import check_books
from costing.models import ValueEntry
from costing.posting.journals import post_item_journal
from costing.posting.transfers import receive_transfer_order, ship_transfer_order
from inventory.enums import DocumentKind, JournalLineKind
from inventory.models import ItemJournalLine, ItemLedgerEntry, TransferLine, TransferOrder
from inventory.transfers import create_transfer_order, save_transfer_line
from tests import factories, trade
from tests.properties.test_books_stay_whole import Trader

pytestmark = pytest.mark.django_db

STEPS = 45


class Returner(Trader):
    def __init__(self, seed):
        super().__init__(seed)
        self.road = factories.location("ROAD", in_transit=True)
        for item in self.items:
            item.overhead_rate = Decimal("0.25")
            item.save(update_fields=["overhead_rate"])

    def do(self):
        back = [self.return_purchase, self.return_sale, self.undo, self.name_layer, self.name_issue]
        other = [self.charge, self.credit, self.send, self.fetch]
        try:
            self.random.choice([super().do] * 12 + back * 2 + other)()
        except DomainError:
            return

    def _entry(self, **wanted):
        found = list(ItemLedgerEntry.objects.filter(correction=False, **wanted).order_by("pk"))
        if not found:
            raise DomainError("nothing there")
        return self.random.choice(found)

    def return_purchase(self):
        receipt = self._entry(entry_type="purchase", quantity__gt=0)
        self._take_back(DocumentKind.PURCHASE_RETURN, receipt, applies_to_entry=receipt)

    def return_sale(self):
        sale = self._entry(entry_type="sale", quantity__lt=0)
        self._take_back(DocumentKind.SALES_RETURN, sale, applies_from_entry=sale)

    def _take_back(self, kind, entry, **names):
        if self.random.random() < 0.2:
            names = {}
        quantity = self.random.randint(1, abs(int(entry.quantity)))
        order = trade.order(kind, entry.item, str(quantity), location=entry.location, **names)
        self._post(order, invoice=self.random.random() < 0.6)

    def undo(self):
        types = ("purchase_receipt", "sales_shipment", "purchase_return_shipment", "sales_return_receipt")
        entry = self._entry(document_type__in=(*types, "transfer_shipment"))
        trade.undo(entry, on=max(self.day(), entry.posting_date))

    def name_layer(self):
        layer = self._entry(quantity__gt=0)
        self._name(JournalLineKind.NEGATIVE, layer)

    def name_issue(self):
        issue = self._entry(quantity__lt=0)
        self._name(JournalLineKind.POSITIVE, issue, unit_cost=Decimal(self.cost()))

    def _name(self, kind, entry, **fields):
        line = ItemJournalLine(
            owner=self.user,
            kind=kind,
            line_no=1,
            posting_date=self.day(),
            item=entry.item,
            location=entry.location,
            quantity=Decimal(self.random.randint(1, abs(int(entry.quantity)))),
            applies_to_entry=entry,
            **fields,
        )
        post_item_journal(lines=[line], user_id=None)

    def charge(self):
        trade.charge(self.cost(), self._entry(document_type__in=("purchase_receipt", "sales_shipment")), on=self.day())

    def credit(self):
        receipt = self._entry(document_type="purchase_receipt", invoiced_quantity__gt=0)
        trade.charge("0.50", receipt, on=self.day(), kind=DocumentKind.PURCHASE_CREDIT)

    def send(self):
        places = {"from_location": self.books.locations["EAST"], "to_location": self.books.locations["WEST"]}
        day = self.day()
        order = create_transfer_order(
            TransferOrder(**places, in_transit_location=self.road, order_date=day), user_id=None
        )
        save_transfer_line(
            TransferLine(order=order, item=self.random.choice(self.items), quantity=Decimal(self.quantity()))
        )
        ship_transfer_order(transfer_order_id=order.pk, posting_date=day, user_id=None)

    def fetch(self):
        waiting = list(TransferOrder.objects.filter(lines__quantity_shipped__gt=0).order_by("pk"))
        if waiting:
            order = self.random.choice(waiting)
            receive_transfer_order(transfer_order_id=order.pk, posting_date=self.day(), user_id=None)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_taken_back_the_books_hold(seed):
    trader = Returner(seed)

    for _step in range(STEPS):
        trader.do()
    assert [str(breach) for breach in check_books.breaches()] == []

    trader.adjust()
    assert [str(breach) for breach in check_books.breaches()] == []

    values = ValueEntry.objects.count()
    trader.adjust()
    assert ValueEntry.objects.count() == values
