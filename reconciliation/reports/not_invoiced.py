"""Received and not invoiced, shipped and not invoiced: each entry whose cost is still expected as of a date."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from costing.enums import AccountRole
from costing.models import ValueEntry
from inventory.models import ItemLedgerEntry
from reconciliation import drilldown, selectors
from reconciliation.reports.layout import ZERO, Column, Options, Result, Row, Tie, as_of, figure_url, item_url
from reconciliation.rows import ROW_LABELS, TOTAL


def not_invoiced(role: AccountRole, options: Options) -> Result:
    """The entries behind an interim account of the income statement; the amount is signed as on that account."""
    options = as_of(options)
    row = role.value
    found = list(
        _counted(options, row)
        .values("item_ledger_entry")
        .annotate(effects=Sum("effect"), handled=Sum("item_ledger_entry_quantity"), invoiced=Sum("invoiced_quantity"))
        .exclude(effects=0)
        .order_by("item_ledger_entry")
    )
    entries = ItemLedgerEntry.objects.select_related("item", "location").in_bulk(
        [each["item_ledger_entry"] for each in found]
    )
    columns = [
        Column("posting_date", _("Posting date"), "date"),
        Column("document_no", _("Document no."), "text"),
        Column("source_no", _("Vendor or customer"), "text"),
        Column("item", _("Item"), "text"),
        Column("location", _("Location"), "text"),
        Column("quantity", _("Quantity not invoiced"), "quantity"),
        Column("days", _("Days waiting"), "integer", total=False),
        Column("amount", _("Expected cost")),
    ]
    last = options.scope.date_to
    rows = [_row(each, entries[each["item_ledger_entry"]], options, row, last) for each in found]
    result = Result(columns, rows, ())
    line = selectors.reconcile(options.scope).line(row)
    label = _("Expected cost = %(account)s, Total") % {"account": ROW_LABELS[row]}
    tie = Tie(label, result.totals["amount"], line.total if line else ZERO, figure_url(options, row, TOTAL))
    return Result(columns, rows, (tie,))


def _counted(options: Options, row: str) -> QuerySet[Any]:
    entries = ValueEntry.objects.filter(options.scope.value_entries())
    return drilldown.with_effect(entries, row, TOTAL).order_by()


def _row(sums: dict[str, Any], entry: ItemLedgerEntry, options: Options, row: str, last: date | None) -> Row:
    values = {
        "posting_date": entry.posting_date,
        "document_no": entry.document_no,
        "source_no": entry.source_no,
        "item": entry.item.no,
        "location": entry.location.code if entry.location else "",
        "quantity": sums["handled"],
        "days": (last - entry.posting_date).days if last else None,
        "amount": sums["effects"],
    }
    urls = {
        "document_no": reverse("inventory:itemledgerentry_detail", args=[entry.pk]),
        "item": item_url(entry.item.no),
        "amount": options.entries_url(row, TOTAL, item_ledger_entry=str(entry.pk)),
    }
    return Row(values, urls)


received_not_invoiced = partial(not_invoiced, AccountRole.INVT_ACCRUAL_INTERIM)
shipped_not_invoiced = partial(not_invoiced, AccountRole.COGS_INTERIM)
