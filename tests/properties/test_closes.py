"""Closes of random months over all methods, with what people do besides: taken back and run again they are the same.

CLOSES=100 tries more months.
"""

import os
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config.base.errors import DomainError
from costing import adjustment, check_books, closing
from costing.closing import Options
from costing.enums import CloseKind
from costing.models import GLItemLedgerRelation, InventoryClose, Settlement, ValueEntry
from inventory.models import Item, ItemLedgerEntry
from ledger.models import GLAccount, GLEntry
from tests.scenarios.loading import Scenario, Step
from tests.scenarios.runner import perform
from tests.scenarios.world import set_up

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)
CLOSE_METHODS = ("fifo", "lifo", "lifo_date", "weighted_average", "weighted_average_date")
POSTING_METHODS = ("fifo", "average", "standard", "moving_average")
KINDS = (
    "purchase", "purchase", "receive", "invoice", "sale", "sale", "ship", "transfer", "assemble", "mark",
    "sales_return", "purchase_return", "charge", "positive", "negative",
)  # fmt: skip
MONTHS = settings(
    max_examples=int(os.environ.get("CLOSES", "6")),
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
steps = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 99),
        st.integers(0, 27),
        st.integers(1, 9),
        st.integers(300, 900),
        st.sampled_from(["BLUE", "RED"]),
        st.integers(0, 10**6),
    ),
    min_size=15,
    max_size=40,
)


def items():
    """Goods of every method; and products of them, settled at close, at posting, or made of both."""
    goods = [
        {
            "item": f"C{number}{int(physical)}",
            "method": method,
            "settle_at": "close",
            "include_physical_value": physical,
        }
        for number, method in enumerate(CLOSE_METHODS)
        for physical in (False, True)
    ]
    goods += [{"item": f"P{number}", "method": method, "standard_cost": Decimal(5)}
              for number, method in enumerate(POSTING_METHODS)]  # fmt: skip
    two = {"quantity_per": Decimal(1)}
    return [
        *goods,
        {"item": "DESK", "method": "fifo", "settle_at": "close", "bom": [two | {"item": "C00"}, two | {"item": "P0"}]},
        {"item": "ROOM", "method": "weighted_average", "settle_at": "close", "bom": [two | {"item": "DESK"}]},
        {"item": "SHED", "method": "average", "bom": [two | {"item": "C30"}]},
    ]


class Months:
    """What people post; what is refused leaves nothing."""

    def __init__(self, *, by_place):
        setup = {"average_cost_calculation": "item_location_variant" if by_place else "item"}
        self.world = set_up(Scenario("closes", "closes", setup, items(), ["BLUE", "RED"], []))
        self.posted = []
        # Whatever is settled at posting must never be short: that would keep the period open.
        for card in items():
            if card.get("settle_at") != "close":
                stock = {"item": card["item"], "quantity": Decimal(999), "date": date(2026, 1, 1)}
                for place in ("BLUE", "RED"):
                    self.do("purchase", stock | {"location": place, "unit_cost": Decimal(5)})

    def do(self, name, body):
        perform(self.world, Step(1, name, body))

    def post(self, month, drawn):
        for step in drawn:
            with suppress(DomainError):
                self._step(month, *step)

    def _step(self, first, kind, which, day, quantity, cents, place, pick):
        ref = f"E{len(self.posted)}"
        on = {"date": first + timedelta(day)}
        goods = [card["item"] for card in items() if "bom" not in card]
        products = [card["item"] for card in items() if "bom" in card]
        body = on | {"item": goods[which % len(goods)], "quantity": Decimal(quantity), "ref": ref}
        price = {"unit_cost": Decimal(cents) / 100}
        if kind in ("sale", "ship") and which % 4 == 0:
            body["item"] = products[pick % len(products)]
        if kind == "transfer":
            body |= {"from": place, "to": "RED" if place == "BLUE" else "BLUE"}
        elif kind == "assemble":
            body |= {"item": products[pick % len(products)], "location": place}
        elif kind in ("invoice", "mark", "charge", "sales_return"):
            self._about_earlier(kind, body, price, pick)
            return
        else:
            body |= {"location": place} | (price if kind in ("purchase", "receive", "positive") else {})
        self.do(kind, body)
        self.posted.append((kind, body["item"], ref))

    def _about_earlier(self, kind, body, price, pick):
        wanted = {"invoice": ("receive", "ship"), "charge": ("purchase",), "sales_return": ("sale",), "mark": ("sale",)}
        found = [each for each in self.posted if each[0] in wanted[kind]]
        if not found:
            return
        earlier, item, ref = found[pick % len(found)]
        if kind == "invoice":
            unit = price if earlier == "receive" else {}
            self.do("invoice", {"of": ref, "date": body["date"], "quantity": body["quantity"]} | unit)
        elif kind == "charge":
            self.do("charge", {"to": [ref], "date": body["date"], "amount": Decimal(3)})
        elif kind == "sales_return":
            self.do("sales_return", body | {"item": item, "quantity": Decimal(1), "applies_from": ref})
            self.posted.append((kind, item, body["ref"]))
        else:
            receipts = [each for each in self.posted if each[0] == "purchase" and each[1] == item]
            if receipts:
                mark = {"issue": ref, "receipt": receipts[pick % len(receipts)][2], "quantity": Decimal(1)}
                self.do("mark", mark)


def run(on=JANUARY, kind=CloseKind.CLOSE, **options):
    return closing.close_inventory(Options(on=on, kind=kind, **options))


def proof():
    """All that a reversal must restore: cost, open quantity, active settlements, unit costs, account balances."""
    costs = ValueEntry.objects.values_list("item_ledger_entry").annotate(
        Sum("cost_amount_actual"), Sum("cost_amount_expected"), Sum("cost_amount_non_inventory")
    )
    settled = Settlement.objects.filter(cancelled_by__isnull=True)
    return {
        "costs": sorted(costs),
        "open": list(ItemLedgerEntry.objects.order_by("pk").values_list("pk", "remaining_quantity", "open")),
        "settled": sorted(settled.values_list("issue", "receipt", "quantity", "amount", "marked"), key=str),
        "cards": list(Item.objects.order_by("pk").values_list("pk", "unit_cost")),
        "accounts": [(account.no, account.balance) for account in GLAccount.objects.with_balance().order_by("no")],
    }


def assert_same(found, wanted):
    """Names the rows that differ, each once found and once wanted."""
    differing = {
        name: (sorted(set(found[name]) - set(rows), key=str)[:5], sorted(set(rows) - set(found[name]), key=str)[:5])
        for name, rows in wanted.items()
        if found[name] != rows
    }
    assert differing == {}


def as_of(day):
    """Valuation of each item and place, and the balance of each account, on a day."""
    values = ValueEntry.objects.filter(posting_date__lte=day).order_by("item", "location")
    accounts = GLEntry.objects.filter(posting_date__lte=day).order_by("gl_account")
    sums = (Sum("cost_amount_actual"), Sum("cost_amount_expected"))
    return {
        "values": list(values.values_list("item__no", "location").annotate(*sums)),
        "accounts": list(accounts.values_list("gl_account__no").annotate(Sum("amount"))),
    }


def assert_voucher_is_what_was_adjusted(result):
    close = InventoryClose.objects.get(pk=result.close_id)
    values = ValueEntry.objects.filter(register=close.register_id)
    booked = GLItemLedgerRelation.objects.filter(value_entry__in=values)
    actual = values.aggregate(total=Sum("cost_amount_actual"))["total"] or 0
    assert (booked.filter(pair="actual").aggregate(total=Sum("amount"))["total"] or 0) == actual
    by_line = dict(booked.order_by("gl_entry").values_list("gl_entry").annotate(Sum("amount")))
    lines = dict(GLEntry.objects.filter(transaction=close.voucher_id, pk__in=by_line).values_list("pk", "amount"))
    assert by_line == lines
    assert sum(GLEntry.objects.filter(transaction=close.voucher_id).values_list("amount", flat=True)) == 0


def assert_whole():
    assert check_books.breaches() == []


def in_its_own_books(test):
    """Let each example end as if it had not been: the use cases open their transactions as in any test."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        try:
            test()
        finally:
            transaction.set_rollback(True)


@pytest.mark.parametrize("by_place", [False, True], ids=["per item", "per place"])
def test_taken_back_run_again_and_recalculated_first(by_place):
    @MONTHS
    @given(steps, steps)
    def months(january, february):
        in_its_own_books(lambda: close_two_months(january, february, by_place=by_place))

    months()


def close_two_months(january, february, *, by_place):
    months = Months(by_place=by_place)
    months.post(date(2026, 1, 1), january)
    adjustment.adjust_cost()
    before = proof()

    first = run()
    closed = proof()
    assert_voucher_is_what_was_adjusted(first)
    assert_whole()
    closing.reverse_close(close_id=first.close_id)
    assert_same(proof(), before)
    again = run()
    assert_same(proof(), closed)
    closing.reverse_close(close_id=again.close_id)
    assert_voucher_is_what_was_adjusted(run(kind=CloseKind.RECALCULATION))
    run(kind=CloseKind.RECALCULATION)
    assert_whole()
    run()
    assert_same(proof(), closed)
    assert_whole()

    stood = as_of(JANUARY)
    months.post(date(2026, 2, 1), february)
    adjustment.adjust_cost()
    before = proof()
    second = run(on=FEBRUARY)
    closed = proof()
    assert_whole()
    closing.reverse_close(close_id=second.close_id)
    assert_same(proof(), before)
    run(on=FEBRUARY, kind=CloseKind.RECALCULATION)
    assert_whole()
    run(on=FEBRUARY)
    assert_same(proof(), closed)
    assert_same(as_of(JANUARY), stood)
    assert_whole()
