"""Price list lines of both sides. One that is there already, by all that says when it holds, gets the new figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import changelog
from config.base.sheets import Column, Lookup, ParsedRow, RowProblem, choice, day, number, text, yes_no
from config.base.transactions import PostingContext
from costing.imports.kind import Group, Kind, Outcome
from costing.imports.results import ImportOptions
from inventory.enums import PriceSide
from inventory.models import (
    Customer,
    Item,
    ItemCategory,
    ItemUnitOfMeasure,
    PriceListLine,
    UnitOfMeasure,
    Vendor,
)
from inventory.sheet_variants import resolve_variants

BATCH_SIZE = 500
CHUNK = 2000

_COLUMNS = (
    Column("side", choice(PriceSide), gettext_lazy("Side"), required=True),
    Column("item_no", text(20), gettext_lazy("Item no."), lookup=Lookup(Item, "no")),
    Column("category", text(20), gettext_lazy("Item category"), lookup=Lookup(ItemCategory)),
    Column("variant", text(20), gettext_lazy("Variant")),
    Column("customer_no", text(20), gettext_lazy("Customer"), lookup=Lookup(Customer, "no")),
    Column("vendor_no", text(20), gettext_lazy("Vendor"), lookup=Lookup(Vendor, "no")),
    Column("unit_of_measure", text(20), gettext_lazy("Unit of measure"), lookup=Lookup(UnitOfMeasure)),
    Column("minimum_quantity", number(), gettext_lazy("Minimum quantity")),
    Column("starting_date", day, gettext_lazy("Starting date")),
    Column("ending_date", day, gettext_lazy("Ending date")),
    Column("unit_price", number(), gettext_lazy("Unit price"), also=("direct unit cost", "unit cost")),
    Column("line_discount_percent", number(), gettext_lazy("Line discount %")),
    Column("blocked", yes_no, gettext_lazy("Blocked")),
)
_KEY = (
    "side",
    "item_id",
    "category_id",
    "variant_id",
    "customer_id",
    "vendor_id",
    "unit_of_measure_id",
    "minimum_quantity",
    "starting_date",
)
"""What says which line a row is about."""
_FIGURES = ("ending_date", "unit_amount", "line_discount_percent", "blocked")


def _prepare(rows: Sequence[ParsedRow]) -> Iterable[RowProblem]:
    """Find variants, check that units are the items' own, and that no line stands in the file twice."""
    yield from resolve_variants(rows)
    yield from _foreign_units(rows)
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        if row["item_no"] is None and row["category"] is None:
            continue
        first = seen.setdefault(_key_of(row), row.line_no)
        if first != row.line_no:
            message = _("The same price list line stands in line %(line)s already.") % {"line": first}
            yield RowProblem(row.line_no, "", message)


def _foreign_units(rows: Sequence[ParsedRow]) -> Iterable[RowProblem]:
    named = [
        row
        for row in rows
        if row["item_no"] and row["unit_of_measure"] and not _is_base(row["item_no"], row["unit_of_measure"])
    ]
    known = set(
        ItemUnitOfMeasure.objects.filter(item__in={row["item_no"].pk for row in named}).values_list(
            "item_id", "unit_of_measure_id"
        )
        if named
        else ()
    )
    for row in named:
        if (row["item_no"].pk, row["unit_of_measure"].pk) not in known:
            words = {"item": row["item_no"], "unit": row["unit_of_measure"]}
            message = _("%(item)s has no unit %(unit)s. Add it on its card.") % words
            yield RowProblem(row.line_no, "unit_of_measure", message)


def _is_base(item: Item, unit: UnitOfMeasure) -> bool:
    return bool(item.base_unit_of_measure_id == unit.pk)


def _check(group: Group) -> Iterable[RowProblem]:
    for row in group.rows:
        for column, message in _contradictions(row):
            yield RowProblem(row.line_no, column, message)


def _contradictions(row: ParsedRow) -> Iterator[tuple[str, str]]:
    """What of a row cannot be, as the columns of the table say it too."""
    if row.is_blank("item_no") == row.is_blank("category"):
        yield "item_no", _("A price list line is for an item or for a category: name one of them.")
    if not row.is_blank("category") and not all(map(row.is_blank, ("unit_price", "variant", "unit_of_measure"))):
        yield "category", _("A category has discounts only: no price, variant or unit.")
    if row.is_blank("unit_price") and not row["line_discount_percent"]:
        yield "unit_price", _("Enter a price, a discount, or both.")
    if row.number("line_discount_percent") > 100:
        yield "line_discount_percent", _("A discount is more than 0 and at most 100 percent.")
    if row["starting_date"] and row["ending_date"] and row["ending_date"] < row["starting_date"]:
        yield "ending_date", _("The ending date is before the starting date.")
    wrong = "vendor_no" if row["side"] == PriceSide.SALES else "customer_no"
    if row["side"] and not row.is_blank(wrong):
        yield wrong, _("Customers have sales prices, vendors purchase prices.")


def _key_of(row: ParsedRow) -> tuple[Any, ...]:
    """The values of `_KEY` as a row has them."""
    return (
        row["side"],
        row.key("item_no"),
        row.key("category"),
        row.key("variant"),
        row.key("customer_no"),
        row.key("vendor_no"),
        row.key("unit_of_measure"),
        row.number("minimum_quantity"),
        row["starting_date"],
    )


def _figures_of(row: ParsedRow) -> tuple[Any, ...]:
    """The values of `_FIGURES` as a row has them; a discount of 0 is none."""
    return (row["ending_date"], row["unit_price"], row["line_discount_percent"] or None, bool(row["blocked"]))


def _write(groups: Sequence[Group], options: ImportOptions, _context: PostingContext) -> Outcome:
    """Make the lines, or give those that are there the new figures; each with an entry in the change log."""
    rows = [row for group in groups for row in group.rows]
    stored = _stored(rows)
    made, changed, before = [], [], []
    for row in rows:
        key, figures = _key_of(row), dict(zip(_FIGURES, _figures_of(row), strict=True))
        line = stored.get(key)
        if line is None:
            made.append(PriceListLine(**dict(zip(_KEY, key, strict=True)), **figures))
            continue
        before.append(changelog.snapshot(line))
        for name, value in figures.items():
            setattr(line, name, value)
        changed.append(line)
    made = PriceListLine.objects.bulk_create(made)
    PriceListLine.objects.bulk_update(changed, _FIGURES)
    PriceListLine.objects.filter(pk__in=[line.pk for line in changed]).update(updated_at=Now())
    log = [(None, changelog.snapshot(line)) for line in made]
    both = zip(before, map(changelog.snapshot, changed), strict=True)
    changelog.record_many(options.user, [*log, *both], origin=options.origin)
    return Outcome()


def _stored(rows: Sequence[ParsedRow]) -> dict[tuple[Any, ...], PriceListLine]:
    """The lines that are there of what the rows are about, locked, by their key."""
    items, categories = ({row.key(name) for row in rows} - {None} for name in ("item_no", "category"))
    found = PriceListLine.objects.filter(Q(item__in=items) | Q(category__in=categories)).order_by("pk")
    return {tuple(getattr(line, name) for name in _KEY): line for line in found.select_for_update(no_key=True)}


def _never(_numbers: Sequence[str]) -> set[str]:
    """A line that is there is changed, so none is there already in the sense of an import."""
    return set()


def _export() -> Iterator[list[Any]]:
    """All price list lines, those of items first."""
    related = ("item", "category", "variant", "customer", "vendor", "unit_of_measure")
    lines = PriceListLine.objects.select_related(*related).order_by("side", "item__no", "category__code", "pk")
    for line in lines.iterator(chunk_size=CHUNK):
        yield [
            line.side,
            line.item.no if line.item else None,
            line.category.code if line.category else None,
            line.variant.code if line.variant else None,
            line.customer.no if line.customer else None,
            line.vendor.no if line.vendor else None,
            line.unit_of_measure.code if line.unit_of_measure else None,
            line.minimum_quantity or Decimal(0),
            line.starting_date,
            line.ending_date,
            line.unit_amount,
            line.line_discount_percent,
            line.blocked,
        ]


PRICE_LIST = Kind(
    name="price-list",
    label=gettext_lazy("Price list lines"),
    columns=_COLUMNS,
    group_by="item_no",
    existing=_never,
    write=_write,
    check=_check,
    prepare=_prepare,
    batch_size=BATCH_SIZE,
    # Purchase prices are costs, and both sides stand in one file.
    permissions=("base.item_edit", "base.document_edit"),
    export=_export,
)
