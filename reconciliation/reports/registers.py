"""The item register: every posting of the dates with what it did to the value of stock."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from costing.models import ValueEntry
from inventory.models import ItemRegister
from reconciliation.reports.layout import Column, Options, Result, Row
from reconciliation.reports.valuation import goods, stock_ties, total_of
from reconciliation.rows import TOTAL


def item_register(options: Options) -> Result:
    """One row for each register; the dates are posting dates of its value entries."""
    entries = ValueEntry.objects.filter(goods(options)).order_by().values("register")
    found = list(
        entries.annotate(
            entry_count=Count("pk"),
            posting_date=Min("posting_date"),
            quantity=total_of("item_ledger_entry_quantity"),
            actual=total_of("cost_amount_actual"),
            expected=total_of("cost_amount_expected"),
        ).order_by("register")
    )
    registers = ItemRegister.objects.select_related("user").in_bulk([each["register"] for each in found])
    columns = [
        Column("register", _("Register"), "text"),
        Column("posting_date", _("Posting date"), "date"),
        Column("created_at", _("Posted at"), "datetime"),
        Column("source_code", _("Source"), "text"),
        Column("document_no", _("Document no."), "text"),
        Column("user", _("User"), "text"),
        Column("entry_count", _("Value entries"), "integer", total=False),
        Column("quantity", _("Quantity"), "quantity"),
        Column("actual", _("Cost amount (actual)")),
        Column("expected", _("Cost amount (expected)")),
    ]
    rows = [_row(dict(each), registers[each["register"]], options) for each in found]
    result = Result(columns, rows, ())
    return Result(columns, rows, stock_ties(options, result.totals))


def _row(sums: dict[str, Any], register: ItemRegister, options: Options) -> Row:
    values = {
        **sums,
        "register": str(register.pk),
        "created_at": register.created_at,
        "source_code": register.source_code,
        "document_no": register.document_no,
        "user": register.user.get_username() if register.user else "",
    }
    narrowed = {"register": str(register.pk)}
    return Row(
        values,
        {
            "actual": options.entries_url(TOTAL, "inventory", **narrowed),
            "expected": options.entries_url(TOTAL, "interim", **narrowed),
        },
    )
