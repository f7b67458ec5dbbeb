"""What the demo company buys, moves and counts, so that no sale ever finds an empty shelf: pure functions.

The plan keeps its own account of the stock, week by week. Tiny example: 5 sold in the week, 2 left, packs of 4: one
pack is bought, 1 is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from costing.demo.source import VENDORS, DemoItem, SaleLine, Source, number_from

OPENING_DATE = date(2010, 11, 26)
TRANSFER_DATE = date(2011, 1, 14)
COUNT_DATE = date(2011, 1, 31)
MAIN = "LONDON"
PORT = "HARWICH"

DEARER_EVERY = 5
FREIGHT_EVERY = 3
INVOICED_AFTER = timedelta(days=9)
_DEARER = Decimal("1.03")
_UNIT_COST_STEP = Decimal("0.00001")
_CENT = Decimal("0.01")
_MOST_COUNTED = 60

Place = tuple[str, str]
Stock = dict[Place, Decimal]


@dataclass(frozen=True, slots=True)
class OrderLine:
    item_no: str
    location: str
    quantity: Decimal
    unit_cost: Decimal


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """A weekly order to one vendor; `invoice_factor` says how much dearer it is invoiced than ordered."""

    no: str
    vendor_no: str
    received_on: date
    lines: tuple[OrderLine, ...]
    invoice_factor: Decimal
    freight: Decimal

    @property
    def invoiced_on(self) -> date:
        return self.received_on + INVOICED_AFTER

    def invoice_unit_cost(self, line: OrderLine) -> Decimal:
        return (line.unit_cost * self.invoice_factor).quantize(_UNIT_COST_STEP)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity of an item: on hand at the beginning, to transfer, or as counted."""

    item_no: str
    quantity: Decimal
    unit_cost: Decimal


@dataclass(slots=True)
class Plan:
    opening: list[Quantity]
    orders: list[PurchaseOrder]
    transfer: list[Quantity]
    count: list[Quantity]


def make_plan(source: Source) -> Plan:
    """Plan purchases, opening stock, the transfer and the count for the sales of the sample."""
    goods = {no: item for no, item in source.items.items() if not item.is_service}
    demand = _weekly_demand(line for line in source.lines if line.item_no in goods)
    opening = _opening(goods.values())
    stock: Stock = defaultdict(Decimal, {(each.item_no, MAIN): each.quantity for each in opening})
    plan = Plan(opening=opening, orders=[], transfer=[], count=[])
    for index, monday in enumerate(sorted(demand)):
        wanted = demand[monday]
        sold_here = dict(wanted)
        if monday <= TRANSFER_DATE < monday + timedelta(days=7):
            plan.transfer = _transfer(demand.get(monday + timedelta(days=7), {}), goods)
            for each in plan.transfer:
                wanted[each.item_no, MAIN] += each.quantity
        lines = _buy(wanted, stock, goods, index)
        plan.orders += _orders(lines, goods, monday, first=len(plan.orders))
        for each in plan.transfer if monday <= TRANSFER_DATE < monday + timedelta(days=7) else ():
            stock[each.item_no, MAIN] -= each.quantity
            stock[each.item_no, PORT] += each.quantity
        for place, quantity in sold_here.items():
            stock[place] -= quantity
        if monday <= COUNT_DATE < monday + timedelta(days=7):
            plan.count = _count(source.lines, stock, goods, monday)
    return plan


def _weekly_demand(lines: Iterable[SaleLine]) -> dict[date, dict[Place, Decimal]]:
    demand: dict[date, dict[Place, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in lines:
        monday = line.day - timedelta(days=line.day.weekday())
        demand[monday][line.item_no, line.location] += line.quantity
    return demand


def _opening(goods: Iterable[DemoItem]) -> list[Quantity]:
    return [Quantity(item.no, Decimal(12), item.cost) for item in goods if number_from(f"opening {item.no}") % 6 == 0]


def _buy(wanted: dict[Place, Decimal], stock: Stock, goods: dict[str, DemoItem], week: int) -> list[OrderLine]:
    """Order whole packs for what the stock does not cover, and put them on the shelf. Prices drift by the week."""
    lines = []
    for (item_no, location), quantity in sorted(wanted.items()):
        item = goods[item_no]
        missing = quantity - stock[item_no, location]
        if missing <= 0:
            continue
        bought = (missing / item.pack).to_integral_value(ROUND_CEILING) * item.pack
        stock[item_no, location] += bought
        drift = 100 + (week + number_from(item_no)) % 4
        unit_cost = max((item.cost * drift / 100).quantize(_CENT), _CENT)
        lines.append(OrderLine(item_no, location, bought, unit_cost))
    return lines


def _orders(lines: Sequence[OrderLine], goods: dict[str, DemoItem], monday: date, *, first: int) -> list[PurchaseOrder]:
    by_vendor: dict[str, list[OrderLine]] = defaultdict(list)
    for line in lines:
        by_vendor[goods[line.item_no].vendor_no].append(line)
    orders: list[PurchaseOrder] = []
    for vendor in VENDORS:
        found = by_vendor.get(vendor.no)
        if not found:
            continue
        number = first + len(orders) + 1
        total = sum((line.quantity * line.unit_cost for line in found), Decimal(0))
        orders.append(
            PurchaseOrder(
                no=f"PO-{monday:%y%m%d}-{vendor.no}",
                vendor_no=vendor.no,
                received_on=monday,
                lines=tuple(found),
                invoice_factor=_DEARER if number % DEARER_EVERY == 0 else Decimal(1),
                freight=(total / 25).quantize(_CENT) if number % FREIGHT_EVERY == 0 else Decimal(0),
            )
        )
    return orders


def _transfer(next_week: dict[Place, Decimal], goods: dict[str, DemoItem]) -> list[Quantity]:
    """Move to the port what it will sell in the week after: bought for the main warehouse this week."""
    return [
        Quantity(item_no, quantity, goods[item_no].cost)
        for (item_no, location), quantity in sorted(next_week.items())
        if location == PORT
    ]


def _count(lines: Sequence[SaleLine], stock: Stock, goods: dict[str, DemoItem], monday: date) -> list[Quantity]:
    """Count some goods of the main warehouse: one too many, one missing, or as the books say.

    `stock` is what will be left at the end of the week, and is brought in line with what was counted.
    """
    later: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if COUNT_DATE < line.day < monday + timedelta(days=7) and line.location == MAIN:
            later[line.item_no] += line.quantity
    counted: list[Quantity] = []
    for item_no in sorted(goods, key=lambda no: (number_from(f"count {no}"), no)):
        left = stock.get((item_no, MAIN), Decimal(0))
        if left < 2 or len(counted) == _MOST_COUNTED:
            continue
        difference = number_from(f"difference {item_no}") % 3 - 1
        stock[item_no, MAIN] += difference
        counted.append(Quantity(item_no, left + later[item_no] + difference, goods[item_no].cost))
    return counted
