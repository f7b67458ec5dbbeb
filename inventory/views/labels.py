"""Pages of labels, to be printed by the browser: of one item, chosen items, bins, lots, a posted receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.errors import DomainError
from config.base.pages import Text
from config.base.views import PageView
from config.base.views.bulk import BulkActionView
from inventory import scopes
from inventory.enums import DocumentType
from inventory.labels import contents
from inventory.labels.contents import Label, Lot
from inventory.models import Bin, Document, Item, ItemLedgerEntry, Location, PostedDocument
from inventory.views.items import ItemListView

MOST_LABELS = 1000
MOST_ITEMS = 500


@dataclass(frozen=True, slots=True)
class Layout:
    """How labels stand on paper: columns and rows of a sheet; one label to a page where both are 1."""

    key: str
    label: Any
    columns: int
    rows: int

    @property
    def per_sheet(self) -> int:
        return self.columns * self.rows


LAYOUTS = (
    Layout("single", gettext_lazy("One to a page (70 x 37 mm)"), 1, 1),
    Layout("large", gettext_lazy("One to a page (100 x 60 mm)"), 1, 1),
    Layout("a4-3x8", gettext_lazy("A4, 3 x 8 (70 x 37 mm)"), 3, 8),
    Layout("a4-2x5", gettext_lazy("A4, 2 x 5 (105 x 59 mm)"), 2, 5),
)
KINDS = (("code128", gettext_lazy("Code 128")), ("qr", gettext_lazy("QR")))


class _LabelsView(PageView):
    """Labels and how they are laid out: `layout`, `kind`, `copies` and, of a sheet begun before, `skip`."""

    permission_required: Any = "base.item_view"
    title = gettext_lazy("Labels")
    template_name = "inventory/labels/page.html"
    # What of the query names the records, and stays when the layout changes.
    keys: tuple[str, ...] = ()

    def get_labels(self, kind: str) -> list[Label]:
        """The labels, each once. Raises: DomainError, Http404."""
        raise NotImplementedError

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        layout = next((each for each in LAYOUTS if each.key == self.request.GET.get("layout")), LAYOUTS[0])
        kind = "qr" if self.request.GET.get("kind") == "qr" else "code128"
        copies = self._number("copies", 1, 100)
        skip = self._number("skip", 0, layout.per_sheet - 1)
        labels, error = [], ""
        try:
            labels = [label for label in self.get_labels(kind) for _copy in range(copies)]
        except DomainError as refusal:
            error = str(refusal)
        if len(labels) > MOST_LABELS:
            error = _("%(count)s labels are too many for one page; it prints %(most)s. Choose fewer.") % {
                "count": len(labels),
                "most": MOST_LABELS,
            }
            labels = []
        page = {
            "layout": layout,
            "layouts": LAYOUTS,
            "kind": kind,
            "kinds": KINDS,
            "copies": copies,
            "skip": skip,
            "label_count": len(labels),
            "sheets": _sheets([None] * skip + labels, layout.per_sheet) if labels else [],
            "error": error,
            "kept": [(name, value) for name, value in self.request.GET.items() if name in self.keys],
        }
        return super().get_context_data(**{**page, **context})

    def _number(self, name: str, least: int, most: int) -> int:
        text = self.request.GET.get(name, "")
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else least
        return min(max(number, least), max(most, least))


def _sheets(labels: list[Any], size: int) -> list[list[Any]]:
    return [labels[start : start + size] for start in range(0, len(labels), size)]


class ItemLabelsView(_LabelsView):
    """Labels of the items named in the query."""

    title = gettext_lazy("Labels of items")
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")
    keys = ("items",)

    def get_labels(self, kind: str) -> list[Label]:
        words = self.request.GET.get("items", "").split(",")
        keys = [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 19][:MOST_ITEMS]
        return contents.of_items(Item.objects.filter(pk__in=keys).order_by("no"), kind=kind)


def item_labels_url(items: QuerySet[Item] | list[Item]) -> str:
    """The labels of these items."""
    keys = ",".join(str(item.pk) for item in items)
    return f"{reverse('inventory:labels_items')}?items={keys}"


class ChosenItemLabelsView(BulkActionView):
    """From the chosen rows of the list to their labels."""

    permission_required = "base.item_view"
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")
    title = gettext_lazy("Labels of items")
    list_view = ItemListView

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            rows = self.get_rows().order_by("no")
            if rows.count() > MOST_ITEMS:
                raise DomainError(
                    _("Labels are made for at most %(most)s items at a time. Narrow the filter.") % {"most": MOST_ITEMS}
                )
        except DomainError as error:
            return self._refuse(request, str(error))
        return HttpResponseRedirect(item_labels_url(rows))

    def _refuse(self, request: HttpRequest, text: str) -> HttpResponse:
        messages.error(request, text)
        return HttpResponseRedirect(self.list_url)


class BinLabelsView(_LabelsView):
    """Labels of the bins of a location, or of one of them."""

    permission_required = "base.stock_view"
    parent = "inventory:location_list"
    parent_title = gettext_lazy("Locations")
    keys = ("bin",)

    def get_title(self) -> Text:
        return _("Labels of the bins of %(code)s") % {"code": self.kwargs["code"]}

    def get_labels(self, kind: str) -> list[Label]:
        location = get_object_or_404(Location, code=self.kwargs["code"])
        bins = Bin.objects.filter(location=location).select_related("location").order_by("code")
        if one := self.request.GET.get("bin"):
            bins = bins.filter(code=one)
        return contents.of_bins(bins[: MOST_LABELS + 1], kind=kind)


class LotLabelsView(_LabelsView):
    """Labels of what of an item is on hand by lot and serial number, or of one of them."""

    permission_required = "base.stock_view"
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")
    keys = ("item", "lot", "serial")

    def get_title(self) -> Text:
        return _("Labels of the lots of %(no)s") % {"no": self.request.GET.get("item", "")}

    def get_labels(self, kind: str) -> list[Label]:
        item = get_object_or_404(Item, no=self.request.GET.get("item", ""))
        entries = ItemLedgerEntry.objects.open().filter(item=item).exclude(lot_no="", serial_no="")
        for name, column in (("lot", "lot_no"), ("serial", "serial_no")):
            if value := self.request.GET.get(name):
                entries = entries.filter(**{column: value})
        rows = entries.order_by("lot_no", "serial_no").values_list("lot_no", "serial_no", "expiration_date").distinct()
        return contents.of_lots([Lot(item, *row) for row in rows[: MOST_LABELS + 1]], kind=kind)


class ReceiptLabelsView(_LabelsView):
    """Labels of what a posted purchase receipt brought."""

    permission_required = "base.document_view"
    parent = "inventory:purchasereceipt_list"
    parent_title = gettext_lazy("Purchase receipts")

    def get_title(self) -> Text:
        return _("Labels of %(no)s") % {"no": self.kwargs["no"]}

    def get_labels(self, kind: str) -> list[Label]:
        found = PostedDocument.objects.filter(type=DocumentType.PURCHASE_RECEIPT)
        document = get_object_or_404(found, no=self.kwargs["no"])
        order = Document.objects.filter(no=document.order_no)
        if order.exists() and not scopes.documents_of(self.request.user, order).exists():
            raise DomainError(_("%(no)s is not there, or not for you.") % {"no": document.no})
        return contents.of_receipt(document, kind=kind)
