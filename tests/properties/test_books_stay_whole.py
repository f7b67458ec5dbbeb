"""Random books, posted by the use cases that people use: whatever is done, in whatever order, the rules hold."""

import random
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest

from config.base.errors import DomainError
from costing import adjustment, check_books, loading, post_to_gl, setup_changes
from costing import application_worksheet as worksheet
from costing.average_periods import AveragePeriods
from costing.models import ValueEntry
from costing.posting import documents, journals
from inventory.enums import JournalLineKind
from inventory.models import Document, ItemApplicationEntry, ItemJournalLine, ItemLedgerEntry
from tests import factories

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 1)
METHODS = ("fifo", "lifo", "average", "standard")
STEPS = 25


class Trader:
    """Does what people do, at random; what is refused is refused, and nothing of it may be left."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.books = factories.company(
            locations=["EAST", "WEST"],
            automatic_cost_posting=self.random.random() < 0.5,
            expected_cost_posting=self.random.random() < 0.5,
            average_cost_period=self.random.choice(["day", "month"]),
            average_cost_calculation=self.random.choice(["item", "item_location_variant"]),
        )
        self.items = [
            factories.item(method.upper(), method=method, unit_cost=Decimal("7"), standard_cost=Decimal("9.5"))
            for method in METHODS
        ]
        self.user = factories.user()

    def day(self):
        return FIRST + timedelta(self.random.randrange(60))

    def quantity(self):
        return str(self.random.choice([1, 2, 3, 5, 7]))

    def cost(self):
        return str(Decimal(self.random.randrange(100_000, 1_500_000)) / 100_000)

    def place(self):
        return self.books.locations[self.random.choice(["EAST", "EAST", "EAST", "WEST"])]

    def do(self):
        often = [self.buy, self.receive, self.sell, self.ship, self.invoice] * 2
        seldom = [self.transfer, self.correct_up, self.correct_down, self.adjust, self.post_to_gl]
        seldom += [self.apply_anew, self.apply_anew, self.change_setup]
        try:
            self.random.choice([*often, *seldom])()
        except DomainError:
            return

    def _post(self, order, *, handle=True, invoice=True):
        documents.post_document(
            document_id=order.pk, posting_date=self.day(), handle=handle, invoice=invoice, user_id=None
        )

    def _purchase(self):
        item = self.random.choice(self.items)
        quantity = self.random.choice(["3", "7", "11"])
        return factories.purchase_order(item, quantity=quantity, unit_cost=self.cost(), location=self.place())

    def _sale(self):
        item = self.random.choice(self.items)
        return factories.sales_order(item, quantity=self.quantity(), unit_price="20", location=self.place())

    def apply_anew(self):
        """Take an issue apart, apply it to another receipt if one fits, and close the worksheet, or undo it all."""
        links = ItemApplicationEntry.objects.active().exclude(outbound_item_entry=None).order_by("pk")
        link = self.random.choice(list(links) or [None])
        if link is None:
            return
        worksheet.unapply(application_id=link.pk, user_id=self.user.pk)
        item_id = link.item_ledger_entry.item_id
        others = ItemLedgerEntry.objects.filter(item_id=item_id).inbound().order_by("-open", "pk")
        other = self.random.choice(list(others)[:4])
        with suppress(DomainError):
            worksheet.apply(entry_id=link.outbound_item_entry_id, to_entry_id=other.pk, user_id=self.user.pk)
        self.random.choice([worksheet.close, worksheet.undo])(item_id=item_id, user_id=self.user.pk)

    def change_setup(self):
        changes = self.random.choice(
            [
                {"average_cost_period": self.random.choice(["day", "month"])},
                {"average_cost_calculation": self.random.choice(["item", "item_location_variant"])},
                {"expected_cost_posting": self.random.random() < 0.5},
            ]
        )
        setup_changes.change_setup(changes=changes, user=None)

    def buy(self):
        self._post(self._purchase())

    def receive(self):
        self._post(self._purchase(), invoice=False)

    def sell(self):
        self._post(self._sale())

    def ship(self):
        self._post(self._sale(), invoice=False)

    def invoice(self):
        waiting = [order for order in Document.objects.order_by("pk") if order.lines.get().quantity_not_invoiced]
        if waiting:
            order = self.random.choice(waiting)
            line = order.lines.get()
            most = int(line.quantity_not_invoiced)
            changes = {"quantity_to_invoice": self.random.randint(1, most)}
            if order.is_purchase:
                changes["unit_amount"] = Decimal(self.cost())
            order.lines.update(**changes)
            self._post(order, handle=False)

    def transfer(self):
        self._journal(
            JournalLineKind.TRANSFER, location=self.books.locations["EAST"], new_location=self.books.locations["WEST"]
        )

    def correct_up(self):
        self._journal(JournalLineKind.POSITIVE, location=self.place(), unit_cost=Decimal(self.cost()))

    def correct_down(self):
        self._journal(JournalLineKind.NEGATIVE, location=self.place())

    def _journal(self, kind, **fields):
        line = ItemJournalLine(
            owner=self.user,
            kind=kind,
            line_no=1,
            posting_date=self.day(),
            item=self.random.choice(self.items),
            quantity=Decimal(self.quantity()),
            **fields,
        )
        journals.post_item_journal(lines=[line], user_id=None)

    def adjust(self):
        adjustment.adjust_cost(today=FIRST)

    def post_to_gl(self):
        post_to_gl.post_inventory_cost(through=None, today=FIRST)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_posted_the_books_hold(seed):
    trader = Trader(seed)

    for _step in range(STEPS):
        trader.do()
    assert check_books.breaches() == []

    trader.adjust()
    assert check_books.breaches() == []

    values = ValueEntry.objects.count()
    trader.adjust()
    assert ValueEntry.objects.count() == values
    assert corrections_of_whole_books(trader.items) == []


def corrections_of_whole_books(items):
    """What an adjustment would post that reads everything, not only what is marked."""
    periods = AveragePeriods.load()
    found = loading.load_items([item.pk for item in items], periods=periods, precision_e5=1000, full=True)
    return [
        correction
        for each in found
        for correction in each.batch.adjustment(each.position, period_of=periods.end, through=None).corrections
    ]
