"""Inventory valuation as of a date, and its specification by the kinds of cost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import CharField, DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from config.base.expressions import exact_value
from costing.enums import PostingPair, ValueEntryType
from costing.models import GLItemLedgerRelation, ValueEntry
from inventory.enums import ItemLedgerEntryType
from reconciliation import selectors
from reconciliation.reports.layout import ZERO, Column, Options, Result, Row, Tie, as_of, figure_url, item_url
from reconciliation.rows import TOTAL

NUMBER: DecimalField[Any, Any] = DecimalField(max_digits=30, decimal_places=5)


class Grouping(NamedTuple):
    """How rows are made: the paths from a value entry to code and name, and the filter of the lists for one of them."""

    label: Callable[[], str]
    code: str
    name: str
    list_filter: str


GROUPINGS: dict[str, Grouping] = {
    "item": Grouping(lambda: _("Item"), "item__no", "item__description", "item"),
    "location": Grouping(lambda: _("Location"), "location__code", "location__name", "location"),
    "group": Grouping(
        lambda: _("Inventory posting group"),
        "inventory_posting_group__code",
        "inventory_posting_group__name",
        "inventory_posting_group",
    ),
}


def goods(options: Options, prefix: str = "") -> Q:
    """The condition on value entries of goods: capacity is no stock."""
    return options.scope.value_entries(prefix) & ~Q(**{f"{prefix}item_ledger_entry_type": ItemLedgerEntryType.CAPACITY})


def named(entries: QuerySet[Any], grouping: Grouping, prefix: str = "") -> QuerySet[Any]:
    """Value entries (or what points to them) with the code and name of their row; blank for none."""
    names = {"row_code": f"{prefix}{grouping.code}", "row_name": f"{prefix}{grouping.name}"}
    return entries.order_by().annotate(
        **{name: Coalesce(path, Value(""), output_field=CharField()) for name, path in names.items()}
    )


def total_of(amount: Any, condition: Q | None = None) -> Coalesce:
    """A sum that is 0 where there is nothing, of the rows that meet a condition."""
    return Coalesce(Sum(amount, filter=condition), Value(ZERO, output_field=NUMBER), output_field=NUMBER)


def inventory_valuation(options: Options) -> Result:
    """Quantity and value by item, location or posting group; with a first date how they came about."""
    grouping = GROUPINGS[options.group_by]
    first = options.scope.date_from
    options = as_of(options)
    found = _sums(options, grouping, first)
    posted = _posted(options, grouping)
    columns = [
        Column("code", grouping.label(), "text"),
        Column("name", _("Name"), "text"),
        *(_movement_columns() if first else ()),
        Column("quantity", _("Closing quantity") if first else _("Quantity"), "quantity"),
        Column("actual", _("Cost amount (actual)")),
        Column("expected", _("Cost amount (expected)")),
        Column("value", _("Value")),
        Column("posted", _("Posted to G/L (actual)")),
        Column("not_posted", _("Not posted")),
    ]
    rows = [_row(each, posted.get(each["row_code"], ZERO), options, grouping) for each in found]
    result = Result(columns, rows, ())
    return Result(columns, rows, stock_ties(options, result.totals))


def _movement_columns() -> list[Column]:
    return [
        Column("opening", _("Opening value")),
        Column("increases", _("Increases")),
        Column("decreases", _("Decreases")),
    ]


def _sums(options: Options, grouping: Grouping, first: Any) -> list[dict[str, Any]]:
    """One query: a row for each code."""
    sums: dict[str, Any] = {
        "quantity": total_of("item_ledger_entry_quantity"),
        "actual": total_of("cost_amount_actual"),
        "expected": total_of("cost_amount_expected"),
    }
    if first:
        value, later = F("cost_amount_actual") + F("cost_amount_expected"), Q(posting_date__gte=first)
        sums |= {
            "opening": total_of(value, Q(posting_date__lt=first)),
            "increases": total_of(value, later & Q(valued_quantity__gte=0)),
            "decreases": total_of(value, later & Q(valued_quantity__lt=0)),
        }
    entries = named(ValueEntry.objects.filter(goods(options)), grouping).values("row_code", "row_name")
    return list(entries.annotate(**sums).order_by("row_code"))


def _posted(options: Options, grouping: Grouping) -> dict[str, Decimal]:
    """What the ledger holds of the actual cost of each row, whatever its posting date there."""
    links = GLItemLedgerRelation.objects.filter(goods(options, "value_entry__"), pair=PostingPair.ACTUAL)
    if options.scope.known_at is not None:
        links = links.filter(gl_entry__created_at__lte=options.scope.known_at)
    return dict(named(links, grouping, "value_entry__").values_list("row_code").annotate(Sum("amount")))


def _row(sums: dict[str, Any], posted: Decimal, options: Options, grouping: Grouping) -> Row:
    code = sums["row_code"]
    values = {
        **sums,
        "code": code or _("(blank)"),
        "name": sums["row_name"],
        "value": sums["actual"] + sums["expected"],
        "posted": posted,
        "not_posted": sums["actual"] - posted,
    }
    urls = {"code": item_url(code)} if grouping.code == "item__no" else {}
    narrowed = {grouping.list_filter: exact_value(code)}
    urls["actual"] = options.entries_url(TOTAL, "inventory", **narrowed)
    urls["expected"] = options.entries_url(TOTAL, "interim", **narrowed)
    return Row(values, urls)


def stock_ties(options: Options, totals: dict[str, Decimal]) -> list[Tie]:
    """Actual and expected cost beside the two stock accounts of the matrix."""
    found = selectors.reconcile(options.scope)
    return [
        Tie(
            _("Actual cost = Inventory, Total"),
            totals["actual"],
            found.foot["inventory"].total,
            figure_url(options, TOTAL, "inventory"),
        ),
        Tie(
            _("Expected cost = Inventory (interim), Total"),
            totals["expected"],
            found.foot["interim"].total,
            figure_url(options, TOTAL, "interim"),
        ),
    ]


def cost_specification(options: Options) -> Result:
    """What the value of each item consists of: its value entries, issues deducted, by kind of cost."""
    options = as_of(options)
    value = F("cost_amount_actual") + F("cost_amount_expected")
    kinds = {kind.value: total_of(value, Q(entry_type=kind)) for kind in ValueEntryType}
    entries = named(ValueEntry.objects.filter(goods(options)), GROUPINGS["item"]).values("row_code", "row_name")
    found = entries.annotate(
        quantity=total_of("item_ledger_entry_quantity"),
        actual=total_of("cost_amount_actual"),
        expected=total_of("cost_amount_expected"),
        **kinds,
    ).order_by("row_code")
    columns = [
        Column("code", _("Item"), "text"),
        Column("name", _("Name"), "text"),
        Column("quantity", _("Quantity"), "quantity"),
        Column("unit_cost", _("Unit cost"), "unit_cost", total=False),
        *(Column(kind.value, kind.label) for kind in ValueEntryType),
        Column("actual", _("Cost amount (actual)")),
        Column("expected", _("Cost amount (expected)")),
        Column("value", _("Value")),
    ]
    rows = [_specification_row(each, options) for each in found]
    result = Result(columns, rows, ())
    return Result(columns, rows, stock_ties(options, result.totals))


def _specification_row(sums: dict[str, Any], options: Options) -> Row:
    code, value = sums["row_code"], sums["actual"] + sums["expected"]
    unit_cost = round(value / sums["quantity"], 5) if sums["quantity"] else None
    narrowed = {"item": exact_value(code)}
    urls = {"code": item_url(code), "actual": options.entries_url(TOTAL, "inventory", **narrowed)}
    urls["expected"] = options.entries_url(TOTAL, "interim", **narrowed)
    return Row({**sums, "code": code, "name": sums["row_name"], "value": value, "unit_cost": unit_cost}, urls)
