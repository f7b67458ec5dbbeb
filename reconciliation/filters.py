"""Filters of the lists behind the figures of the matrix."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter
from costing.enums import PostingPair, ValueEntryType, VarianceType
from costing.models import GLItemLedgerRelation, ValueEntry
from inventory.enums import ItemLedgerEntryType, OrderType
from inventory.models import ItemCategory
from ledger.filters import GLEntryFilter
from ledger.models import GLEntry
from reconciliation.enums import Cause
from reconciliation.figures import figure_of
from reconciliation.models import SignOff
from reconciliation.moments import MomentField
from reconciliation.scopes import about_item, subtree


class FigureField(forms.CharField):
    def clean(self, value: Any) -> str:
        """Accept `row.column` of the matrix."""
        text = str(super().clean(value) or "")
        if text and figure_of(text) is None:
            raise ValidationError(_("“%(text)s” is no figure of the matrix.") % {"text": text})
        return text


class FigureFilter(django_filters.Filter):
    """The figure whose entries are listed. The view reads it: it decides the effects as well as the rows."""

    field_class = FigureField

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:  # noqa: ARG002
        """Leave the rows as the view chose them."""
        return qs


class CategoryFilter(TextFilter):
    """Categories with all below them; the field name is the path to the value entry."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Find the categories, then everything below each."""
        if not value:
            return qs
        found = ItemCategory.objects.filter(value.q("code")).order_by("pk").values_list("pk", flat=True)
        below = {pk for category_id in found for pk in subtree(category_id)}
        return qs.filter(about_item(self.field_name, lambda item: Q(**{f"{item}__category__in": below})))


class ItemFilter(TextFilter):
    """Items of value entries, capacity by what it produced; the field name is the path to the value entry."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep the entries of the items."""
        return qs.filter(about_item(self.field_name, lambda item: value.q(f"{item}__no"))) if value else qs


class KnownAtFilter(TextFilter):
    """Only what was in the books at a moment; the field name is the path to the time of posting."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Leave later postings out."""
        return qs.filter(**{f"{self.field_name}__lte": value}) if value else qs

    @property
    def field(self) -> forms.Field:
        """A moment."""
        return MomentField(required=False, label=self.label)


class PostedAfterFilter(KnownAtFilter):
    """Only what came into the books after a moment; the field name is the path to the time of posting."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Leave earlier postings out."""
        return qs.filter(**{f"{self.field_name}__gt": value}) if value else qs


class OptionFilter(django_filters.CharFilter):
    """An option of the matrix, under which the list was made. The view reads it."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:  # noqa: ARG002
        """Leave the rows as the view chose them."""
        return qs


class FigureEntryFilter(FilterSet):
    figure = FigureFilter(label=gettext_lazy("Figure"))
    posting_date = DateFilter(label=gettext_lazy("Posting date"))
    item = ItemFilter("", label=gettext_lazy("Item"))
    category = CategoryFilter("", label=gettext_lazy("Category"))
    location = TextFilter("location__code", label=gettext_lazy("Location"))
    lot = TextFilter("item_ledger_entry__lot_no", label=gettext_lazy("Lot"))
    known_at = KnownAtFilter("created_at", label=gettext_lazy("As known at"))
    posted_after = PostedAfterFilter("created_at", label=gettext_lazy("Posted after"))
    inventory_posting_group = TextFilter("inventory_posting_group__code", label=gettext_lazy("Inventory posting group"))
    order_no = TextFilter(label=gettext_lazy("Order no."))
    item_ledger_entry = NumberFilter("item_ledger_entry_id", label=gettext_lazy("Item ledger entry"))
    register = NumberFilter("register_id", label=gettext_lazy("Register"))
    document_no = TextFilter(label=gettext_lazy("Document no."))
    item_ledger_entry_type = ChoiceFilter(choices=ItemLedgerEntryType.choices, label=gettext_lazy("Entry type"))
    entry_type = ChoiceFilter(choices=ValueEntryType.choices, label=gettext_lazy("Value type"))
    variance_type = ChoiceFilter(choices=VarianceType.choices, label=gettext_lazy("Variance type"))
    order_type = ChoiceFilter(choices=OrderType.choices, label=gettext_lazy("Order type"))
    search_fields = ("^document_no", "item__no", "item__description")

    class Meta:
        model = ValueEntry
        fields: ClassVar[list[str]] = []


class RelationFilter(FilterSet):
    figure = FigureFilter(label=gettext_lazy("Figure"))
    posting_date = DateFilter("gl_entry__posting_date", label=gettext_lazy("Posting date"))
    item = ItemFilter("value_entry__", label=gettext_lazy("Item"))
    category = CategoryFilter("value_entry__", label=gettext_lazy("Category"))
    location = TextFilter("value_entry__location__code", label=gettext_lazy("Location"))
    lot = TextFilter("value_entry__item_ledger_entry__lot_no", label=gettext_lazy("Lot"))
    known_at = KnownAtFilter("gl_entry__created_at", label=gettext_lazy("As known at"))
    posted_after = PostedAfterFilter("gl_entry__created_at", label=gettext_lazy("Posted after"))
    voucher = NumberFilter("gl_entry__transaction_id", label=gettext_lazy("Voucher"))
    document_no = TextFilter("value_entry__document_no", label=gettext_lazy("Document no."))
    pair = ChoiceFilter(choices=PostingPair.choices, label=gettext_lazy("Pair"))

    class Meta:
        model = GLItemLedgerRelation
        fields: ClassVar[list[str]] = []


class UntiedEntryFilter(GLEntryFilter):
    figure = FigureFilter(label=gettext_lazy("Figure"))
    known_at = KnownAtFilter("created_at", label=gettext_lazy("As known at"))
    posted_after = PostedAfterFilter("created_at", label=gettext_lazy("Posted after"))


class CauseFilter(FilterSet):
    """The options of the matrix, and the cause: they choose the rows, and the view reads them."""

    figure = FigureFilter(label=gettext_lazy("Figure"))
    cause = ChoiceFilter(choices=Cause.choices, label=gettext_lazy("Cause"), method="leave")
    date_from = OptionFilter(label=gettext_lazy("From"))
    date_to = OptionFilter(label=gettext_lazy("To"))
    item = OptionFilter(label=gettext_lazy("Item"))
    category = OptionFilter(label=gettext_lazy("Category"))
    location = OptionFilter(label=gettext_lazy("Location"))
    lot = OptionFilter(label=gettext_lazy("Lot"))
    known_at = OptionFilter(label=gettext_lazy("As known at"))

    def leave(self, qs: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
        """Leave the rows as the view chose them."""
        return qs


class CauseValueEntryFilter(CauseFilter):
    document_no = TextFilter(label=gettext_lazy("Document no."))
    search_fields = ("^document_no", "item__no", "item__description")

    class Meta:
        model = ValueEntry
        fields: ClassVar[list[str]] = []


class CauseRelationFilter(CauseFilter):
    document_no = TextFilter("value_entry__document_no", label=gettext_lazy("Document no."))

    class Meta:
        model = GLItemLedgerRelation
        fields: ClassVar[list[str]] = []


class CauseGLEntryFilter(CauseFilter):
    document_no = TextFilter(label=gettext_lazy("Document no."))
    gl_account = TextFilter("gl_account__no", label=gettext_lazy("G/L account"))
    search_fields = ("^document_no", "description", "gl_account__no", "gl_account__name")

    class Meta:
        model = GLEntry
        fields: ClassVar[list[str]] = []


class SignOffFilter(FilterSet):
    signed_at = DateFilter("signed_at__date", label=gettext_lazy("Signed on"))
    date_to = DateFilter("run__date_to", label=gettext_lazy("To"))
    user = TextFilter("user__username", label=gettext_lazy("Signed by"))
    note = TextFilter(label=gettext_lazy("Note"), lookup="icontains")
    search_fields = ("note", "user__username")

    class Meta:
        model = SignOff
        fields: ClassVar[list[str]] = []
