"""Forms of orders and journals."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.forms import Form, ModelForm, RecordField
from inventory import journal_lines, line_prices, scopes
from inventory.charge_assignments import MOVED
from inventory.enums import ChargeSplit, DocumentKind, ItemLedgerEntryType
from inventory.forms.common import NumberedForm, entry_field, item_field, location_field, may_be_blank, reason_field
from inventory.forms.in_units import InUnitsMixin
from inventory.models import (
    ChargeAssignment,
    Customer,
    Document,
    DocumentLine,
    ItemCharge,
    ItemJournalLine,
    ItemLedgerEntry,
    PostedDocument,
    ResponsibilityCentre,
    Variant,
    Vendor,
)


class OrderForm(NumberedForm):
    """The header of a purchase or sales order."""

    from_series: ClassVar[bool] = True
    location = location_field()
    partner_name: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limit_centres()
        if self.instance.pk is not None:
            self._fix_partner()

    def _limit_centres(self) -> None:
        """Who is limited to some centres makes documents of these; one of them is proposed where there is one."""
        scope = scopes.scope_of(self.user) if self.user else scopes.Scope()
        if scope.centres:
            keys = [centre.pk for centre in scope.centres]
            field: Any = self.fields["responsibility_centre"]
            field.queryset = ResponsibilityCentre.objects.filter(pk__in=keys).order_by("code")
        if self.instance.pk is None and scope.default_centre is not None:
            self.initial.setdefault("responsibility_centre", scope.default_centre.pk)

    def _fix_partner(self) -> None:
        if self.instance.lines.filter(quantity_handled__gt=0).exists():
            self.fields[self.partner_name].disabled = True
            self.fields[self.partner_name].help_text = _("Fixed: something of this order is posted.")


class PurchaseForm(OrderForm):
    partner_name: ClassVar[str] = "vendor"
    vendor = RecordField(
        Vendor.objects.all(), label=gettext_lazy("Vendor"), search=("no__istartswith", "name__icontains")
    )

    class Meta:
        model = Document
        fields = (
            "no",
            "vendor",
            "order_date",
            "expected_date",
            "location",
            "responsibility_centre",
            "external_document_no",
        )


class SaleForm(OrderForm):
    partner_name: ClassVar[str] = "customer"
    customer = RecordField(
        Customer.objects.all(), label=gettext_lazy("Customer"), search=("no__istartswith", "name__icontains")
    )

    class Meta:
        model = Document
        fields = (
            "no",
            "customer",
            "order_date",
            "expected_date",
            "location",
            "responsibility_centre",
            "external_document_no",
        )


class LineForm(InUnitsMixin, ModelForm):
    """A row of a grid. Its use case checks it in words of its own; the table's constraints are the last resort."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.help_text = ""  # A cell has no room for it; the column's head says what belongs there.

    def _get_validation_exclusions(self) -> set[str]:
        # Django would name the constraint that a quantity violates; the use case says what to do.
        return {*super()._get_validation_exclusions(), "quantity"}  # type: ignore[misc]


class OrderLineForm(LineForm):
    """A row of an order. `editable`: the fields that this user may change; the others are no part of the form."""

    item = item_field()
    location = location_field()
    unit_fields: ClassVar[tuple[str, ...]] = ("quantity", "quantity_to_handle", "quantity_to_invoice")

    class Meta:
        model = DocumentLine
        fields = (
            "item",
            "description",
            "location",
            "quantity",
            "unit_amount",
            "line_discount_percent",
            "quantity_to_handle",
            "quantity_to_invoice",
        )

    def __init__(self, *args: Any, editable: frozenset[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_new = self.instance.pk is None
        for name in list(self.fields):
            if (editable is not None and name not in editable) or name in self._absent():
                del self.fields[name]
        for name in ("description", "unit_amount"):
            may_be_blank(self, name)
        _offer_percent(self)
        if is_new:
            # What is left blank on a new row is proposed by the domain: the item's words and price, all to handle.
            for name in ("unit_amount", "quantity_to_handle", "quantity_to_invoice"):
                may_be_blank(self, name)
                self.initial.pop(name, None)
                if name in self.fields:
                    self.fields[name].initial = None

    def _absent(self) -> tuple[str, ...]:
        """Fields that the kind of line does not have."""
        return () if self.instance.item_charge_id is None else ("item", "location", "quantity_to_handle")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("quantity_to_handle", "quantity_to_invoice"):
            if name in self.fields and cleaned.get(name) is None and name not in self.errors:
                cleaned[name] = 0
        if "quantity" in self.units_typed:
            self.instance.unit_of_measure = self.units_typed["quantity"]
        return cleaned

    @property
    def typed(self) -> frozenset[str]:
        """The fields that the user changed. A box made blank is not typed, but a blank discount asks for another."""
        filled = {name for name in self.changed_data if self.data.get(self.add_prefix(name), "").strip()}
        renewed = {"line_discount_percent"} & set(self.changed_data) if self.instance.pk is not None else set()
        unit = {"unit_of_measure"} if "quantity" in self.units_typed else set()
        return frozenset(filled | renewed | unit)


class OrderLineDetailForm(ModelForm):
    """What of an order line has no box in the grid: discount, variant, tracking, fixed application.

    The discount is typed as a percentage or as an amount; each makes the other.
    """

    variant = RecordField(Variant.objects.none(), to_field_name="code", label=gettext_lazy("Variant"), required=False)
    applies_to_entry = entry_field(
        label=gettext_lazy("Applies-to entry"),
        help_text=gettext_lazy("The receipt that these goods are to come from. Blank: by the costing method."),
    )
    applies_from_entry = entry_field(
        label=gettext_lazy("Applies-from entry"),
        help_text=gettext_lazy("The sale that comes back, at the cost it went out at. Blank: at the unit cost."),
    )
    cost_fields: ClassVar[Iterable[str]] = ("unit_cost",)

    class Meta:
        model = DocumentLine
        fields = (
            "description",
            "line_discount_percent",
            "line_discount_amount",
            "variant",
            "expected_date",
            "lot_no",
            "serial_no",
            "expiration_date",
            "applies_to_entry",
            "applies_from_entry",
            "unit_cost",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_be_blank(self, "line_discount_amount")
        _offer_percent(self)
        self.fields["line_discount_percent"].help_text = _(
            "Of what is not invoiced yet. Change this or the amount, not both. Blank: as the price lists say."
        )
        item_id = self.instance.item_id
        self.fields["variant"].queryset = Variant.objects.filter(item=item_id)  # type: ignore[attr-defined]
        self._keep_applications(item_id)

    def _keep_applications(self, item_id: int | None) -> None:
        """Goods that go out may name their receipt, goods that a customer returns their sale; a purchase neither."""
        kind = DocumentKind(self.instance.document.kind)
        comes_back = kind in (DocumentKind.SALES_RETURN, DocumentKind.SALES_CREDIT)
        if comes_back or kind == DocumentKind.PURCHASE_ORDER:
            del self.fields["applies_to_entry"]
        else:
            inbound = ItemLedgerEntry.objects.inbound().filter(item=item_id)
            self.fields["applies_to_entry"].queryset = inbound  # type: ignore[attr-defined]
        if not comes_back:
            del self.fields["applies_from_entry"]
            self.fields.pop("unit_cost", None)
            return
        sold = ItemLedgerEntry.objects.filter(item=item_id, entry_type=ItemLedgerEntryType.SALE, quantity__lt=0)
        self.fields["applies_from_entry"].queryset = sold  # type: ignore[attr-defined]

    def clean_line_discount_amount(self) -> Decimal:
        return self.cleaned_data["line_discount_amount"] or Decimal(0)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if {"line_discount_percent", "line_discount_amount"} <= self.typed:
            self.add_error("line_discount_percent", _("Change the percentage or the amount, not both."))
        return cleaned

    @property
    def typed(self) -> frozenset[str]:
        """The fields that the user changed. Compared are figures, not texts: a blank amount is 0."""
        changed = set(self.changed_data)
        if self.cleaned_data.get("line_discount_amount") == (self.initial["line_discount_amount"] or 0):
            changed.discard("line_discount_amount")
        return frozenset(changed)


def _offer_percent(form: ModelForm) -> None:
    """A discount in percent, also of a line that knows its amount only; none shows as a blank box."""
    field = form.fields.get("line_discount_percent")
    if field is None:
        return
    field.validators += [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]
    percent = form.instance.line_discount_percent
    if percent is None and form.instance.line_discount_amount:
        percent = line_prices.discount_percent(form.instance)
    form.initial["line_discount_percent"] = percent or None


class ChargeLineForm(LineForm):
    """A new item charge line."""

    item_charge = RecordField(ItemCharge.objects.all(), to_field_name="code", label=gettext_lazy("Item charge"))

    class Meta:
        model = DocumentLine
        fields = ("item_charge", "description", "quantity", "unit_amount")
        labels: ClassVar[dict[str, Any]] = {"unit_amount": gettext_lazy("Unit amount")}


class ChargeAssignmentForm(LineForm):
    """A row of a charge's assignment: its amount."""

    class Meta:
        model = ChargeAssignment
        fields = ("amount",)


class SuggestSplitForm(Form):
    split = forms.ChoiceField(label=gettext_lazy("Split"), choices=ChargeSplit.choices)


class AssignDocumentForm(SuggestSplitForm):
    """The receipt, shipment, return or transfer whose lines carry the charge."""

    document = RecordField(
        PostedDocument.objects.filter(type__in=MOVED),
        label=gettext_lazy("Receipt or shipment"),
        search=("no__istartswith", "order_no__istartswith"),
    )
    field_order = ("document", "split")


class JournalLineForm(LineForm):
    """A row of the adjustment journal; the unit cost is for those who may see cost."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Type"), choices=[(kind.value, kind.label) for kind in journal_lines.ADJUSTMENTS]
    )
    item = item_field()
    location = location_field()
    reason_code = reason_field()
    applies_to_entry = entry_field(label=gettext_lazy("Applies-to entry"))
    unit_fields: ClassVar[tuple[str, ...]] = ("quantity",)
    cost_fields: ClassVar[Iterable[str]] = ("unit_cost",)

    class Meta:
        model = ItemJournalLine
        fields = (
            "posting_date",
            "kind",
            "item",
            "location",
            "quantity",
            "unit_cost",
            "reason_code",
            "applies_to_entry",
        )


class MoveLineForm(LineForm):
    """A row of the reclassification journal."""

    item = item_field()
    location = location_field(label=gettext_lazy("From location"))
    new_location = location_field(label=gettext_lazy("To location"))
    reason_code = reason_field()
    unit_fields: ClassVar[tuple[str, ...]] = ("quantity",)

    class Meta:
        model = ItemJournalLine
        fields = ("posting_date", "item", "location", "new_location", "quantity", "reason_code")
