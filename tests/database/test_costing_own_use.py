"""What orders made of an item out of the item itself, as it is read for the averages."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from costing import loading
from costing.average_periods import AveragePeriods
from costing.loading import own_use
from costing.posting.assembly import post_assembly
from costing.posting.documents import post_document
from costing.posting.making import Goods
from inventory.enums import OrderType
from inventory.models import ItemLedgerEntry, OrderHeader
from inventory.orders import create_order
from tests import factories

pytestmark = pytest.mark.django_db

CENT = 1_000
DAY = date(2026, 1, 10)


@pytest.fixture
def goods():
    """BOAT, KIT and MAST follow an average; 9 of each are there."""
    factories.company(average_cost_period="month")
    found = {no: factories.item(no, method="average") for no in ("BOAT", "KIT", "MAST")}
    for item in found.values():
        order = factories.purchase_order(item, quantity="9", unit_cost="10")
        post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
    return found


def assemble(product, *parts):
    """Make one; return the numbers of the output and of what was used, in the order of the parts."""
    last = ItemLedgerEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    order = create_order(OrderHeader(type=OrderType.ASSEMBLY, item=product, quantity=Decimal(1), order_date=DAY))
    used = [Goods(part.pk, Decimal(1)) for part in parts]
    post_assembly(order_id=order.pk, posting_date=DAY, used=used, works=[], user_id=None)
    new = ItemLedgerEntry.objects.filter(pk__gt=last)
    made = new.get(entry_type="assembly_output")
    return made.pk, *(new.get(entry_type="assembly_consumption", item=part).pk for part in parts)


def read_all():
    entries = dict(ItemLedgerEntry.objects.values_list("pk", "item_id"))
    return own_use.read(list(entries), set(entries.values()))


def facts(*items):
    loaded = loading.load_items([item.pk for item in items], periods=AveragePeriods.load(), precision_e5=CENT)
    return [(each.books.own_use, each.books.round_use) for each in loaded]


def queries(*items):
    with CaptureQueriesContext(connection) as captured:
        facts(*items)
    return len(captured)


def test_what_a_line_makes_of_the_item_that_it_uses(goods):
    boat, mast = goods["BOAT"], goods["MAST"]
    made, used, _other = assemble(boat, boat, mast)
    assemble(boat, mast)

    found = read_all()

    assert found.line == {boat.pk: {made: {used}}}
    assert found.round == {}
    assert facts(boat, mast) == [({made: {used}}, {}), ({}, {})]


def test_what_goes_round_through_another_item(goods):
    boat, kit, mast = goods["BOAT"], goods["KIT"], goods["MAST"]
    _kit_bought, used_bought_kit = assemble(boat, kit)
    # The other kits that were bought are sold, so that the next one used is the one that is made.
    sold = factories.sales_order(kit, quantity="8")
    post_document(document_id=sold.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
    _kit_made, used = assemble(kit, boat)
    made, used_made_kit = assemble(boat, kit)
    assemble(mast, boat)

    found = read_all()

    assert found.line == {}
    assert found.round == {boat.pk: {made: {used}}}
    assert used_bought_kit != used_made_kit
    assert facts(boat, kit) == [({}, {made: {used}}), ({}, {})]


def test_over_two_others(goods):
    boat, kit, mast = goods["BOAT"], goods["KIT"], goods["MAST"]
    for item in (kit, mast):
        sold = factories.sales_order(item, quantity="9")
        post_document(document_id=sold.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
    _kit, used = assemble(kit, boat)
    assemble(mast, kit)
    made, _mast = assemble(boat, mast)

    assert read_all().round == {boat.pk: {made: {used}}}


def test_without_orders_nothing_is_asked(goods):
    boat, mast = goods["BOAT"], goods["MAST"]
    before = queries(boat, mast)

    assemble(boat, mast)
    made_or_used = queries(boat, mast)
    assemble(boat, boat)

    assert made_or_used == before
    # Those of one line, and what the boat is used for.
    assert queries(boat, mast) == before + 2
