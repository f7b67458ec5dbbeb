"""Filters of what waits for its invoice."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from config.base.filters import DateFilter, FilterSet, NumberFilter, TextFilter
from inventory.models import ItemLedgerEntry


class NotInvoicedFilter(FilterSet):
    document_no = TextFilter(label=_("Document no."))
    order_no = TextFilter(label=_("Order no."))
    partner = TextFilter("source_no", label=_("Partner"))
    partner_name = TextFilter(label=_("Name"), lookup="icontains")
    posting_date = DateFilter(label=_("Posting date"))
    days = NumberFilter(label=_("Days waiting"))
    item = TextFilter("item__no", label=_("Item"))
    location = TextFilter("location__code", label=_("Location"))
    not_invoiced = NumberFilter(label=_("Not invoiced"))
    expected = NumberFilter(label=_("Expected cost"))

    search_fields = ("document_no", "order_no", "source_no", "partner_name", "item__no", "item__description")

    class Meta:
        model = ItemLedgerEntry
        fields: ClassVar[list[str]] = []
