"""The company of the load test: twenty items at three places with a little stock of each, and the clerks."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import Group
from django.db import transaction

from costing.company import CompanyOptions, complete_posting_setup, create_standard_company
from costing.posting.documents import post_document
from inventory.documents import create_document, save_line
from inventory.enums import DocumentKind
from inventory.models import (
    Customer,
    Document,
    DocumentLine,
    GenBusPostingGroup,
    GenProdPostingGroup,
    InventoryPostingGroup,
    InventorySetup,
    Item,
    ItemCategory,
    ItemModelGroup,
    Location,
    UnitOfMeasure,
    Vendor,
)

PLACES = ("OSLO", "BERGEN", "MOLDE")
ROAD = "ROAD"
ITEMS = tuple(f"ITEM{number:02d}" for number in range(1, 21))
CATEGORIES = ("RED", "BLUE", "GREEN", "WHITE", "BLACK")
VENDOR, CUSTOMER = "V-1", "C-1"
METHODS = ("FIFO", "AVERAGE")
OPENING = Decimal(6)
PASSWORD = "lagerbok"
BOOKKEEPER = "bookkeeper"
CLERK_GROUPS = ("Warehouse lead", "Purchaser / Sales")
"""A clerk here does all of it alone, as in a small company: orders, goods, counts."""


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order that somebody made before the clerks came: its address, its place, what it is for by item."""

    path: str
    place: str
    lines: dict[str, Decimal]


def clerk_name(number: int) -> str:
    return f"clerk{number:02d}"


def make(*, clerks: int, today: date) -> dict[str, list[WaitingOrder]]:
    """Make everything; returns the orders that wait, `purchases` and `sales`, two of each for every clerk.

    Stock is never below zero and each line has a place, as the demo company has it.
    """
    create_standard_company(
        CompanyOptions(starting_date=today, automatic_cost_posting=True, expected_cost_posting=True)
    )
    InventorySetup.objects.update(prevent_negative_inventory=True, location_mandatory=True)
    for code in PLACES:
        Location.objects.create(code=code, name=code.capitalize())
    Location.objects.create(code=ROAD, name="On the road", in_transit=True)
    business = GenBusPostingGroup.objects.get(code="DOMESTIC")
    Vendor.objects.create(no=VENDOR, name="Nordic Oak", gen_bus_posting_group=business)
    Customer.objects.create(no=CUSTOMER, name="Cafe Sol", gen_bus_posting_group=business)
    complete_posting_setup()
    _make_items()
    _make_people(clerks)
    for code in PLACES:
        _receive_opening_stock(Location.objects.get(code=code), today)
    dice = random.Random(0)
    return {
        route: [_waiting_order(route, kind, partner, dice, today) for _order in range(2 * clerks)]
        for route, kind, partner in (
            ("purchases", DocumentKind.PURCHASE_ORDER, {"vendor": Vendor.objects.get(no=VENDOR)}),
            ("sales", DocumentKind.SALES_ORDER, {"customer": Customer.objects.get(no=CUSTOMER)}),
        )
    }


def _waiting_order(
    route: str, kind: DocumentKind, partner: dict[str, Vendor | Customer], dice: random.Random, today: date
) -> WaitingOrder:
    """An order of two or three lines at one place, its items in no order."""
    lines = {no: Decimal(dice.randint(1, 5)) for no in dice.sample(ITEMS, dice.randint(2, 3))}
    order = _order(Document(kind=kind, **partner), dice.choice(PLACES), lines, today)
    return WaitingOrder(f"/{route}/{order.no}/", order.location.code, lines)


def _make_items() -> None:
    categories = [ItemCategory.objects.create(code=code, name=code.capitalize()) for code in CATEGORIES]
    shared = {
        "inventory_posting_group": InventoryPostingGroup.objects.get(code="RESALE"),
        "gen_prod_posting_group": GenProdPostingGroup.objects.get(code="RETAIL"),
        "base_unit_of_measure": UnitOfMeasure.objects.get(code="PCS"),
    }
    methods = [ItemModelGroup.objects.get(code=code) for code in METHODS]
    for place, no in enumerate(ITEMS):
        Item.objects.create(
            no=no,
            description=f"Cup {no[-2:]}",
            item_model_group=methods[place % len(methods)],
            category=categories[place % len(categories)],
            unit_price=Decimal("9.90"),
            **shared,
        )


def _make_people(clerks: int) -> None:
    """Give each clerk a sign-in, and one to the bookkeeper, who adjusts cost beside them."""
    # By the name of the server's own hasher: the tests' settings have another.
    hasher = PBKDF2PasswordHasher()
    password = hasher.encode(PASSWORD, hasher.salt())
    groups = {group.name: group for group in Group.objects.all()}
    people = {clerk_name(number): CLERK_GROUPS for number in range(1, clerks + 1)}
    with transaction.atomic():
        for username, names in {**people, BOOKKEEPER: ("Accountant",)}.items():
            user = get_user_model().objects.create(username=username, password=password)
            user.groups.add(*(groups[name] for name in names))


def _receive_opening_stock(location: Location, today: date) -> None:
    vendor = Vendor.objects.get(no=VENDOR)
    order = _order(
        Document(kind=DocumentKind.PURCHASE_ORDER, vendor=vendor), location.code, dict.fromkeys(ITEMS, OPENING), today
    )
    post_document(document_id=order.pk, posting_date=today, handle=True, invoice=True, user_id=None)


def _order(order: Document, place: str, lines: dict[str, Decimal], today: date) -> Document:
    order.order_date, order.location = today, Location.objects.get(code=place)
    create_document(order, user_id=None)
    items = Item.objects.in_bulk(lines, field_name="no")
    for no, quantity in lines.items():
        unit_amount = Decimal(int(no[-2:])) / 4
        save_line(DocumentLine(document=order, item=items[no], quantity=quantity, unit_amount=unit_amount))
    return order
