"""What goods cost when they came in, by month: for the small chart of the item card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Sum
from django.db.models.functions import TruncMonth

from costing.models import ValueEntry
from inventory.enums import ItemLedgerEntryType

RECEIPTS = (
    ItemLedgerEntryType.PURCHASE,
    ItemLedgerEntryType.POSITIVE_ADJMT,
    ItemLedgerEntryType.OUTPUT,
    ItemLedgerEntryType.ASSEMBLY_OUTPUT,
)


@dataclass(frozen=True, slots=True)
class ReceivedMonth:
    """The first day of a month, and what a unit received in it costs by now, charges and revaluations included."""

    month: date
    unit_cost: Decimal


def received_at(item_id: int) -> list[ReceivedMonth]:
    """The months in which goods came in, oldest first; undone receipts count for nothing. One query."""
    entries = ValueEntry.objects.filter(
        item_id=item_id,
        inventoriable=True,
        item_ledger_entry__quantity__gt=0,
        item_ledger_entry__entry_type__in=RECEIPTS,
    )
    rows = (
        entries.order_by()
        .annotate(month=TruncMonth("item_ledger_entry__posting_date"))
        .values("month")
        .annotate(
            quantity=Sum("item_ledger_entry_quantity"), cost=Sum(F("cost_amount_actual") + F("cost_amount_expected"))
        )
        .order_by("month")
    )
    return [ReceivedMonth(row["month"], row["cost"] / row["quantity"]) for row in rows if row["quantity"]]
