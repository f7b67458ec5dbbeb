"""Boxes of the item card: the picture, what is on hand where and since when, open orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils.translation import gettext as _

from config.base.charts import Chart, Series, bar_chart
from config.base.formatting import format_date, format_number
from config.base.pages import Field
from config.base.views import PageView
from inventory import selectors
from inventory.enums import DocumentKind
from inventory.models import ItemLedgerEntry
from inventory.selectors import entries_url, list_url
from inventory.views.item_pages import ItemPage

MONTHS = 12
MOST_ORDERS = 5


class ItemStockFragment(ItemPage, PageView):
    """On hand by location."""

    permission_required = "base.stock_view"
    template_name = "partials/_fact.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        places = selectors.stock_by_location(self.item)
        fields = [Field(place.code or _("(blank)"), place.on_hand, "quantity", place.url) for place in places]
        return super().get_context_data(fields=fields or [Field(_("Nothing on hand"), None)], **context)


class ItemStockTrendFragment(ItemPage, PageView):
    """What was on hand at the end of each month that moved something, the last twelve of them."""

    permission_required = "base.stock_view"
    template_name = "inventory/trend.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(chart=self.chart(), **context)

    def chart(self) -> Chart | None:
        entries = ItemLedgerEntry.objects.filter(item=self.item).order_by()
        moved = entries.annotate(month=TruncMonth("posting_date")).values_list("month").annotate(Sum("quantity"))
        on_hand, ends = Decimal(0), list[tuple[date, Decimal]]()
        for month, quantity in sorted(moved):
            on_hand += quantity
            ends.append((month, on_hand))
        if len(ends) < 2:
            return None
        shown = ends[-MONTHS:]
        summary = _("From %(first)s to %(last)s at the end of the month.") % {
            "first": format_number(shown[0][1], "quantity"),
            "last": format_number(shown[-1][1], "quantity"),
        }
        urls = [f"{entries_url(item=self.item.no)}&posting_date=..{month:%Y-%m}" for month, _quantity in shown]
        series = Series(_("On hand"), [quantity for _month, quantity in shown], urls)
        labels = [f"{month:%m/%y}" for month, _quantity in shown]
        return bar_chart(_("On hand over time"), summary, labels, [series], kind="quantity")


class ItemOrdersFragment(ItemPage, PageView):
    """Orders that something of the item is still to come or to go for, the soonest first."""

    permission_required = "base.document_view"
    template_name = "partials/_fact.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        fields: list[Field] = []
        for kind in (DocumentKind.PURCHASE_ORDER, DocumentKind.SALES_ORDER):
            fields += self._fields(kind)
        return super().get_context_data(fields=fields or [Field(_("No open orders"), None)], **context)

    def _fields(self, kind: DocumentKind) -> list[Field]:
        lines = selectors.open_order_lines(kind).filter(item=self.item).select_related("document")
        found = []
        for line in lines.order_by(F("document__expected_date").asc(nulls_last=True), "pk")[:MOST_ORDERS]:
            no, expected = line.document.no, line.document.expected_date
            url = list_url("inventory:orderline_list", item=self.item.no, document_no=no)
            label = f"{no} ({format_date(expected)})" if expected else no
            found.append(Field(label, line.quantity - line.quantity_handled, "quantity", url))
        return found


class ItemPictureFragment(ItemPage, PageView):
    """The picture."""

    permission_required = "base.item_view"
    template_name = "inventory/picture.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        picture = self.item.picture
        url = reverse("inventory:item_file", args=[self.item.no, picture.pk]) if picture else ""
        return super().get_context_data(url=url, item=self.item, **context)
