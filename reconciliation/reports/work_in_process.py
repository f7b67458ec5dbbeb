"""WIP valuation: what stands on the WIP account, order by order, and how it came there."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from config.base.expressions import exact_value
from costing.enums import PostingPair
from costing.models import GLItemLedgerRelation, ValueEntry
from costing.rules import RULES, RuleKey
from inventory.enums import ItemLedgerEntryType
from reconciliation import rows as matrix_rows
from reconciliation import selectors
from reconciliation.reports.layout import ZERO, Column, Options, Result, Row, Tie, as_of, figure_url
from reconciliation.rows import TOTAL
from reconciliation.selectors import KIND

WIP = "wip"
CLOSED_OUT = "closed_out"
PLACES: dict[str, str] = {
    ItemLedgerEntryType.CONSUMPTION: "consumption",
    ItemLedgerEntryType.CAPACITY: "capacity",
    ItemLedgerEntryType.OUTPUT: "output",
}
Orders = dict[str, dict[str, Decimal]]


def wip_valuation(options: Options) -> Result:
    """Each order with an amount that ever stood on WIP: consumption, capacity, output, closed out, and what is left."""
    options = as_of(options)
    columns = [
        Column("order", _("Order"), "text"),
        Column("consumption", _("Consumption")),
        Column("capacity", _("Capacity")),
        Column("output", _("Output")),
        Column(CLOSED_OUT, _("Closed out")),
        Column(WIP, _("WIP")),
    ]
    rows = [_row(order, amounts, options) for order, amounts in sorted(_by_order(options).items())]
    result = Result(columns, rows, ())
    found = selectors.reconcile(options.scope).foot[WIP]
    tie = Tie(_("WIP = WIP inventory, Total"), result.totals[WIP], found.total, figure_url(options, TOTAL, WIP))
    return Result(columns, rows, (tie,))


def _by_order(options: Options) -> Orders:
    """What each kind of entry puts on WIP, by order; two queries."""
    orders: Orders = {}
    entries = ValueEntry.objects.filter(options.scope.value_entries()).order_by()
    sums = entries.values_list("order_no", *KIND).annotate(Sum("cost_amount_actual"), Sum("cost_amount_expected"))
    for order, *kind, actual, expected in sums:
        for part, amount in ((PostingPair.ACTUAL, actual), (PostingPair.EXPECTED, expected)):
            _add(orders, order, kind, part, amount)
    links = GLItemLedgerRelation.objects.filter(
        options.scope.value_entries("value_entry__"), pair=PostingPair.CLOSING_OUT
    )
    if options.scope.known_at is not None:
        links = links.filter(gl_entry__created_at__lte=options.scope.known_at)
    kinds = [F(f"value_entry__{name}") for name in KIND]
    for order, *kind, amount in links.order_by().values_list("value_entry__order_no", *kinds).annotate(Sum("amount")):
        _add(orders, order, kind, PostingPair.CLOSING_OUT, amount)
    return orders


def _add(orders: Orders, order: str, kind: list[str], part: PostingPair, amount: Decimal) -> None:
    key: RuleKey = matrix_rows.rule_key(*kind)
    legs = [leg for leg in matrix_rows.cell_legs(RULES[part].get(key)) if (leg.row, leg.column) == (TOTAL, WIP)]
    effect = sum(leg.sign for leg in legs) * amount
    if effect:
        place = CLOSED_OUT if part == PostingPair.CLOSING_OUT else PLACES.get(kind[0], "output")
        amounts = orders.setdefault(order, {})
        amounts[place] = amounts.get(place, ZERO) + effect


def _row(order: str, amounts: dict[str, Decimal], options: Options) -> Row:
    values = {**dict.fromkeys((*PLACES.values(), CLOSED_OUT), ZERO), **amounts}
    values[WIP] = sum(amounts.values(), ZERO)
    url = options.entries_url(TOTAL, WIP, order_no=exact_value(order))
    return Row({**values, "order": order or _("(blank)")}, {WIP: url})
