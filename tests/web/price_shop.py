"""A desk and its price list, as docs/algorithms/prices.md has them, and lines that take prices from it."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from inventory import documents
from inventory.models import (
    Customer,
    DocumentLine,
    ItemCategory,
    ItemUnitOfMeasure,
    PriceListLine,
    UnitOfMeasure,
    Variant,
)
from tests import factories

DAY = date(2026, 3, 10)
HTMX = {"HX-Request": "true"}


def listed(price=None, discount=None, *, side="sales", **fields):
    return PriceListLine.objects.create(
        side=side,
        unit_amount=None if price is None else Decimal(price),
        line_discount_percent=None if discount is None else Decimal(discount),
        **{name: Decimal(value) if name == "minimum_quantity" else value for name, value in fields.items()},
    )


def price_world(shop):
    """DESK of the category TABLES at 120.00 on its card; the price list of docs/algorithms/prices.md."""
    tables = ItemCategory.objects.create(code="TABLES", parent=ItemCategory.objects.create(code="FURNITURE"))
    desk = factories.item("DESK", unit_price=Decimal(120), last_direct_cost=Decimal(60), category=tables)
    box = UnitOfMeasure.objects.create(code="BOX")
    ItemUnitOfMeasure.objects.create(item=desk, unit_of_measure=box, quantity_per=Decimal(12))
    red = Variant.objects.create(item=desk, code="RED")
    big = Customer.objects.create(no="BIGSHOP", name="Big", gen_bus_posting_group=shop.customer.gen_bus_posting_group)
    return SimpleNamespace(shop=shop, desk=desk, tables=tables, box=box, red=red, big=big)


def make_price_list(world):
    listed("100", item=world.desk)
    listed("90", item=world.desk, minimum_quantity="10")
    listed("95", item=world.desk, customer=world.big)
    listed("110", item=world.desk, variant=world.red)
    listed("960", item=world.desk, unit_of_measure=world.box, minimum_quantity="2")
    listed(None, "5", category=world.tables)
    listed(None, "7.5", category=world.tables, minimum_quantity="10")


def order(world, *, kind="sales_order", on=DAY, **fields):
    partner = {"vendor": world.shop.vendor} if kind.startswith("purchase") else {"customer": world.shop.customer}
    return factories.document(kind=kind, order_date=on, **{**partner, **fields})


def line_of(document, item, quantity="1", **fields):
    made = DocumentLine(document=document, item=item, quantity=Decimal(quantity), **{"unit_amount": None, **fields})
    return documents.save_line(made)


def change(line, **fields):
    """Change a line as the grid does: what is given was typed."""
    line = DocumentLine.objects.select_related("item").get(pk=line.pk)
    for name, value in fields.items():
        setattr(line, name, Decimal(value) if isinstance(value, str) else value)
    return documents.save_line(line, changed=frozenset(fields))


def priced(line):
    line = DocumentLine.objects.get(pk=line.pk)
    discount = str(line.line_discount_amount.quantize(Decimal("0.01")))
    return str(line.unit_amount.normalize()), discount, "; ".join(filter(None, (line.price_from, line.discount_from)))
