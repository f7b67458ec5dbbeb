"""The rules of settlements and closing transfers: clean books break none, and each that is broken is named."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from costing import check_books, closing
from costing.closing import Options
from costing.models import ClosingTransfer, Settlement, ValueEntry
from inventory.models import ItemLedgerEntry
from tests.scenarios.loading import Scenario, Step
from tests.scenarios.runner import perform
from tests.scenarios.world import set_up

pytestmark = pytest.mark.django_db

END = date(2026, 1, 31)


@pytest.fixture
def world():
    """Closed: FI 2 at 10.00, all issued; WA 2 at 14.00 and 2 at 16.00, all issued; MV 3 at 5.00, 1 moved."""
    items = [
        {"item": "FI", "method": "fifo", "settle_at": "close"},
        {"item": "WA", "method": "weighted_average", "settle_at": "close"},
        {"item": "MV", "method": "fifo", "settle_at": "close"},
    ]
    setup = {"average_cost_calculation": "item_location_variant"}
    world = set_up(Scenario("settled", "settled", setup, items, ["BLUE", "RED"], []))
    for item, quantity, unit_cost in (("FI", 2, 10), ("WA", 2, 14), ("WA", 2, 16), ("MV", 3, 5)):
        do(world, "purchase", item=item, quantity=quantity, unit_cost=Decimal(unit_cost), location="BLUE")
    do(world, "sale", item="FI", quantity=2, location="BLUE")
    do(world, "sale", item="WA", quantity=4, location="BLUE")
    do(world, "transfer", item="MV", quantity=1, **{"from": "BLUE", "to": "RED"})
    closing.close_inventory(Options(on=END))
    return world


def do(world, name, *, quantity, **body):
    perform(world, Step(1, name, body | {"quantity": Decimal(quantity), "date": date(2026, 1, 5)}))


def entry(item, number):
    return ItemLedgerEntry.objects.filter(item__no=item).order_by("pk")[number]


def plant(model, **changed):
    """Change a row behind the back of the triggers; returns what to narrow it with."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
    return lambda **which: model.objects.filter(**which).update(**changed)


def said(sentence):
    """The entries of each breach of settlements whose message begins so; other rules may be broken by the same row."""
    return [
        each.entries
        for each in check_books.breaches()
        if each.code == "settlements" and each.message.startswith(sentence)
    ]


def test_clean_books_break_no_rule(world):
    assert Settlement.objects.count() == 5
    assert check_books.breaches() == []


def test_more_settled_than_was_moved(world):
    receipt, issue = entry("FI", 0), entry("FI", 1)
    plant(Settlement, quantity=Decimal(3))(issue=issue)

    assert said("Item ledger entry") == [(receipt.pk,), (issue.pk,)]


def test_open_and_settled_in_full(world):
    issue = entry("FI", 1)
    plant(ItemLedgerEntry, remaining_quantity=Decimal(-1), open=True)(pk=issue.pk)

    assert said(f"Item ledger entry {issue.pk} of -2 has -1 left, and is settled with 2.") == [(issue.pk,)]


def test_an_issue_at_another_cost_than_it_was_settled_for(world):
    receipt, issue = entry("FI", 0), entry("FI", 1)
    plant(Settlement, amount=Decimal(19))(issue=issue)

    assert said("Issue") == [(issue.pk,)]
    assert said(f"Receipt {receipt.pk} is settled for 19 and cost 20 ") == [(receipt.pk,)]


def test_a_receipt_that_kept_a_cent(world):
    receipt = entry("WA", 0)
    plant(ValueEntry, cost_amount_actual=Decimal("28.01"))(item_ledger_entry=receipt)

    assert said(f"Receipt {receipt.pk} is settled for 28 and cost 28.01 ") == [(receipt.pk,)]


def test_a_closing_transfer_that_holds_more_than_went_in(world):
    transfer = ClosingTransfer.objects.get()
    plant(ClosingTransfer, quantity=Decimal(5))(pk=transfer.pk)

    assert said(f"Closing transfer {transfer.pk} holds 5; 4 went in, 4 came out.") == [()]


@pytest.mark.parametrize("side", ["receipt_transfer", "issue_transfer"])
def test_a_closing_transfer_that_is_worth_something_else(world, side):
    transfer = ClosingTransfer.objects.get()
    plant(Settlement, amount=Decimal(50))(**{side: transfer})

    assert said(f"Closing transfer {transfer.pk} is worth 60") == [()]


def test_moved_goods_that_arrive_at_another_cost(world):
    out, arrival = entry("MV", 1), entry("MV", 2)
    plant(ValueEntry, cost_amount_actual=Decimal(4))(item_ledger_entry=arrival)

    assert said(f"Item ledger entries {out.pk}, {arrival.pk} are one transfer: 5 left, 4 arrived.") == [
        (out.pk, arrival.pk)
    ]
