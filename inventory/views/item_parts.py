"""What an item has several of: units of measure, variants, barcodes, references; each a grid on a page."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import F, ProtectedError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import changelog
from config.base.errors import DomainError
from config.base.pages import Figure, GridColumn, Related
from config.base.views import DocumentView, LineGridView
from inventory import forms
from inventory.models import (
    Barcode,
    Item,
    ItemLedgerEntry,
    ItemReference,
    ItemUnitOfMeasure,
    UnitOfMeasure,
    Variant,
)
from inventory.selectors import sum_of


class _PartsView(LineGridView):
    """Rows of an item. What is added, changed and deleted stands in the change log of the item."""

    permission_required = "base.item_view"
    edit_permission = "base.item_edit"
    page_name = ""
    word = ""
    model: type[Any]
    logged: ClassVar[tuple[str, ...]] = ()

    def get_document(self) -> Item:
        return get_object_or_404(Item.objects.select_related("base_unit_of_measure"), no=self.kwargs["no"])

    def get_document_url(self) -> str:
        return reverse(f"inventory:{self.page_name}", args=[self.document.no])

    def get_grid_url(self) -> str:
        return reverse(f"inventory:{self.page_name}_lines", args=[self.document.no])

    def new_line(self) -> Any:
        return self.model(item=self.document)

    def save_line(self, form: Any, line: Any) -> Any:
        with transaction.atomic():
            stored = self.model._base_manager.filter(pk=line.pk).first() if line else None
            before = self._words(stored) if stored else changelog.words(self.document, {})
            row = form.save()
            changelog.record(self.request.user, before, self._words(row))
        return row

    def delete_line(self, line: Any) -> None:
        with transaction.atomic():
            before = self._words(line)
            try:
                line.delete()
            except ProtectedError as error:
                raise DomainError(
                    _("%(name)s is used by other records. Block it, or leave it.") % {"name": line}
                ) from error
            changelog.record(self.request.user, before, changelog.words(self.document, {}))

    def _words(self, row: Any) -> changelog.Snapshot:
        values = [getattr(row, name) for name in self.logged]
        text = "; ".join(_plain(value) for value in values if value not in (None, "", False))
        return changelog.words(self.document, {f"{self.word} {row.pk}": text})


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


class _WithChoicesView(_PartsView):
    """Rows that may name a variant and a unit of the item; the choices are read once for all rows."""

    @cached_property
    def choices(self) -> dict[str, Any]:
        item = self.document
        units = UnitOfMeasure.objects.filter(
            pk__in=[item.base_unit_of_measure_id, *item.units.values_list("unit_of_measure", flat=True)]
        )
        return {"variants": item.variants.order_by("code"), "units": units.order_by("code")}

    def make_form(self, data: Any, line: Any) -> Any:
        key = line.pk if line is not None else "new"
        return self.form_class(
            data,
            user=self.request.user,
            auto_id=f"line-{key}-%s",
            instance=line if line is not None else self.new_line(),
            **self.choices,
        )

    @cached_property
    def shown_columns(self) -> list[GridColumn]:
        fields = self.make_form(None, None).fields
        return [
            GridColumn(column.name, column.label or fields[column.name].label, column.kind, column.figure, column.width)
            for column in self.columns
        ]


class ItemUnitsView(_PartsView):
    heading = gettext_lazy("Units of measure")
    form_class = forms.ItemUnitForm
    model = ItemUnitOfMeasure
    page_name = "item_units"
    word = "unit"
    logged = ("unit_of_measure", "quantity_per", "rounding_precision")
    columns = (
        GridColumn("unit_of_measure"),
        GridColumn("quantity_per", kind="quantity"),
        GridColumn("in_words", gettext_lazy("Conversion"), figure=True),
        GridColumn("rounding_precision", kind="quantity"),
    )

    def get_lines(self) -> Any:
        rows = self.document.units.select_related("unit_of_measure", "item__base_unit_of_measure")
        return rows.order_by("quantity_per", "unit_of_measure__code")


class ItemVariantsView(_PartsView):
    heading = gettext_lazy("Variants")
    form_class = forms.VariantForm
    model = Variant
    page_name = "item_variants"
    word = "variant"
    logged = ("code", "description", "blocked")
    columns = (
        GridColumn("code"),
        GridColumn("description", width="wide"),
        GridColumn("blocked", kind="yesno"),
        GridColumn("on_hand", gettext_lazy("On hand"), kind="quantity", figure=True, permission="base.stock_view"),
    )

    def get_lines(self) -> Any:
        entries = ItemLedgerEntry.objects.open()
        found = self.document.variants.annotate(on_hand=sum_of(entries, "variant", "remaining_quantity"))
        return found.order_by("code")


class ItemBarcodesView(_WithChoicesView):
    heading = gettext_lazy("Barcodes")
    form_class = forms.BarcodeForm
    model = Barcode
    page_name = "item_barcodes"
    word = "barcode"
    logged = ("code", "symbology", "variant", "unit_of_measure")
    columns = (
        GridColumn("code", width="wide"),
        GridColumn("symbology"),
        GridColumn("unit_of_measure"),
        GridColumn("variant"),
    )

    def get_lines(self) -> Any:
        return self.document.barcodes.select_related("variant", "unit_of_measure").order_by("code")


class ItemReferencesView(_WithChoicesView):
    heading = gettext_lazy("References")
    form_class = forms.ItemReferenceForm
    model = ItemReference
    page_name = "item_references"
    word = "reference"
    logged = ("reference_no", "vendor", "customer", "variant", "unit_of_measure", "description")
    columns = (
        GridColumn("reference_no"),
        GridColumn("vendor"),
        GridColumn("customer"),
        GridColumn("unit_of_measure"),
        GridColumn("variant"),
        GridColumn("description"),
    )

    def get_lines(self) -> Any:
        rows = self.document.references.select_related("vendor", "customer", "variant", "unit_of_measure")
        return rows.order_by(F("vendor__no").asc(nulls_last=True), "reference_no", "pk")


class _PartsPage(DocumentView):
    """The page of a grid."""

    permission_required = "base.item_view"
    queryset = Item.objects.select_related("base_unit_of_measure")
    slug_field = slug_url_kwarg = "no"
    heading: Any = ""

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        no = self.object.no
        return [(_("Items"), reverse("inventory:item_list")), (no, reverse("inventory:item_detail", args=[no]))]

    def get_title(self) -> str:
        return str(self.heading % {"no": self.object.no})

    def get_subtitle(self) -> str:
        return str(self.object.description)

    def get_figures(self) -> list[Figure]:
        return []

    def get_related(self) -> list[Related]:
        return []


class ItemUnitsPage(_PartsPage):
    heading = gettext_lazy("Units of measure of %(no)s")
    lines_view = ItemUnitsView


class ItemVariantsPage(_PartsPage):
    heading = gettext_lazy("Variants of %(no)s")
    lines_view = ItemVariantsView


class ItemBarcodesPage(_PartsPage):
    heading = gettext_lazy("Barcodes of %(no)s")
    lines_view = ItemBarcodesView


class ItemReferencesPage(_PartsPage):
    heading = gettext_lazy("References of %(no)s")
    lines_view = ItemReferencesView
