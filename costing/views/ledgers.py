"""The ledgers beside the item ledger: capacity, and what was counted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from config.base.fields import AmountField
from config.base.views import ListView
from costing.filters import CapacityEntryFilter, CountedEntryFilter
from costing.models import ValueEntry
from costing.tables.ledgers import CapacityEntryTable, CountedEntryTable
from inventory.models import CapacityLedgerEntry, PhysicalInventoryLedgerEntry


class CapacityEntryListView(ListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Capacity ledger entries")
    filterset_class = CapacityEntryFilter
    table_class = CapacityEntryTable
    cost_columns = frozenset({"cost"})
    totals = ("quantity", "output_quantity", "scrap_quantity", "cost")
    empty_text = gettext_lazy("No order has used any work yet.")

    def get_queryset(self) -> QuerySet[Any]:
        values = ValueEntry.objects.filter(capacity_ledger_entry=OuterRef("pk")).order_by()
        total = Subquery(
            values.values("capacity_ledger_entry").annotate(total=Sum("cost_amount_actual")).values("total")
        )
        entries = CapacityLedgerEntry.objects.select_related("item", "work_centre").order_by("-posting_date", "-pk")
        return entries.annotate(cost=Coalesce(total, Value(Decimal(0)), output_field=AmountField()))


class CountedEntryListView(ListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Physical inventory ledger entries")
    queryset = (
        PhysicalInventoryLedgerEntry.objects.select_related("item", "variant", "location")
        .annotate(difference=F("quantity_counted") - F("quantity_calculated"))
        .order_by("-posting_date", "-pk")
    )
    filterset_class = CountedEntryFilter
    table_class = CountedEntryTable
    totals = ("quantity_calculated", "quantity_counted", "difference")
    empty_text = gettext_lazy("Nothing was counted yet.")
