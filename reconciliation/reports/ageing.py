"""Ageing: how long the stock of each item has been there, by the posting dates of the receipts that are left.

A receipt's part is its own cost in proportion to what is left of it on the date. What the receipts do not account for
(stock below zero, cost that is not adjusted yet, averages) stands in "Without receipt", so that each row ends on the
value of the item.

    10 received at 20.00 on 1 Jan, 4 sold at 20.00 on 1 Mar: on 31 Mar 6 are left, aged 89 days, worth 120.00
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from config.base.amounts import from_e5
from config.base.expressions import exact_value
from costing.models import ValueEntry
from costing.stock_layers import layers
from inventory.models import ItemLedgerEntry
from reconciliation import selectors
from reconciliation.reports.layout import ZERO, Column, Options, Result, Row, Tie, as_of, figure_url, item_url
from reconciliation.reports.valuation import GROUPINGS, goods, named, total_of
from reconciliation.rows import TOTAL

CENT_E5 = 1000


def ageing(options: Options) -> Result:
    """The value of each item by the age of what is left; ages are days up to the last date."""
    options = as_of(options)
    last = options.last_day
    limits = sorted(options.buckets)
    entries = ValueEntry.objects.filter(goods(options))
    sums = list(
        named(entries, GROUPINGS["item"])
        .values("item", "row_code", "row_name")
        .annotate(
            quantity=total_of("item_ledger_entry_quantity"),
            actual=total_of("cost_amount_actual"),
            expected=total_of("cost_amount_expected"),
        )
        .order_by("row_code")
    )
    in_scope = ItemLedgerEntry.objects.filter(pk__in=entries.values("item_ledger_entry"), quantity__gt=0)
    posted = dict(in_scope.order_by().values_list("pk", "posting_date"))
    aged: dict[int, dict[str, Decimal]] = {}
    for layer in layers([each["item"] for each in sums if each["item"]], on=last):
        if layer.entry_id in posted:
            name = bucket_of((last - posted[layer.entry_id]) // timedelta(days=1), limits)
            by_bucket = aged.setdefault(layer.item_id, {})
            by_bucket[name] = by_bucket.get(name, ZERO) + from_e5(layer.value_e5(CENT_E5))
    rows = [_row(each, aged.get(each["item"], {}), limits, options) for each in sums]
    columns = [
        Column("item", _("Item"), "text"),
        Column("name", _("Name"), "text"),
        Column("quantity", _("Quantity"), "quantity"),
        *(Column(name, label) for name, label in bucket_labels(limits)),
        Column("rest", _("Without receipt")),
        Column("value", _("Value")),
    ]
    result = Result(columns, rows, ())
    foot = selectors.reconcile(options.scope).foot
    matrix = foot["inventory"].total + foot["interim"].total
    label = _("Value = Inventory and Inventory (interim), Total")
    tie = Tie(label, result.totals["value"], matrix, figure_url(options, TOTAL, "inventory"))
    return Result(columns, rows, (tie,))


def bucket_of(days: int, limits: Sequence[int]) -> str:
    """The bucket of an age: `b0` up to the first limit, `b1` up to the second ..."""
    return f"b{sum(days > limit for limit in limits)}"


def bucket_labels(limits: Sequence[int]) -> list[tuple[str, str]]:
    """Names and headings of the buckets, the youngest first."""
    firsts = [0, *(limit + 1 for limit in limits)]
    texts = [
        _("%(first)s to %(last)s days") % {"first": first, "last": last}
        for first, last in zip(firsts, limits, strict=False)
    ]
    texts.append(_("over %(days)s days") % {"days": limits[-1]} if limits else _("any age"))
    return [(f"b{index}", text) for index, text in enumerate(texts)]


def _row(sums: dict[str, Any], aged: dict[str, Decimal], limits: Sequence[int], options: Options) -> Row:
    code, value = sums["row_code"], sums["actual"] + sums["expected"]
    buckets = {name: aged.get(name, ZERO) for name, _label in bucket_labels(limits)}
    values = {
        **buckets,
        "item": code,
        "name": sums["row_name"],
        "quantity": sums["quantity"],
        "rest": value - sum(buckets.values(), ZERO),
        "value": value,
    }
    url = options.entries_url(TOTAL, "inventory", item=exact_value(code))
    return Row(values, {"item": item_url(code), **({} if sums["expected"] else {"value": url})})
