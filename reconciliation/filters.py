"""Filters of the lists behind the figures of the matrix."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from costing.enums import PostingPair, ValueEntryType, VarianceType
from costing.models import GLItemLedgerRelation, ValueEntry
from inventory.enums import ItemLedgerEntryType, OrderType
from inventory.models import ItemCategory
from ledger.filters import GLEntryFilter
from reconciliation import rows
from reconciliation.scopes import subtree


class FigureField(forms.CharField):
    def clean(self, value: Any) -> str:
        """Accept `row.column` of the matrix."""
        text = str(super().clean(value) or "")
        if text and figure_of(text) is None:
            raise ValidationError(_("“%(text)s” is no figure of the matrix.") % {"text": text})
        return text


def figure_of(text: str) -> tuple[str, str] | None:
    """Read `row.column`; None where the matrix has no such cell."""
    row, _dot, column = text.partition(".")
    known_row = row in rows.ROW_LABELS or row in rows.FOOT_LABELS
    return (row, column) if known_row and column in rows.COLUMN_LABELS else None


class FigureFilter(django_filters.Filter):
    """The figure whose entries are listed. The view reads it: it decides the effects as well as the rows."""

    field_class = FigureField

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:  # noqa: ARG002
        """Leave the rows as the view chose them."""
        return qs


class UnpostedFilter(YesNoFilter):
    """Only what the ledger does not hold yet. The view reads it."""

    def filter(self, qs: QuerySet[Any], value: bool | None) -> QuerySet[Any]:  # noqa: ARG002
        """Leave the rows as the view chose them."""
        return qs


class CategoryFilter(TextFilter):
    """Categories with all below them; the field name is the path to the item's category."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Find the categories, then everything below each."""
        if not value:
            return qs
        found = ItemCategory.objects.filter(value.q("code")).order_by("pk").values_list("pk", flat=True)
        below = {pk for category_id in found for pk in subtree(category_id)}
        return qs.filter(**{f"{self.field_name}__in": below})


class FigureEntryFilter(FilterSet):
    figure = FigureFilter(label=gettext_lazy("Figure"))
    unposted = UnpostedFilter(label=gettext_lazy("Not posted to G/L"))
    posting_date = DateFilter(label=gettext_lazy("Posting date"))
    item = TextFilter("item__no", label=gettext_lazy("Item"))
    category = CategoryFilter("item__category", label=gettext_lazy("Category"))
    location = TextFilter("location__code", label=gettext_lazy("Location"))
    document_no = TextFilter(label=gettext_lazy("Document no."))
    item_ledger_entry_type = ChoiceFilter(choices=ItemLedgerEntryType.choices, label=gettext_lazy("Entry type"))
    entry_type = ChoiceFilter(choices=ValueEntryType.choices, label=gettext_lazy("Value type"))
    variance_type = ChoiceFilter(choices=VarianceType.choices, label=gettext_lazy("Variance type"))
    order_type = ChoiceFilter(choices=OrderType.choices, label=gettext_lazy("Order type"))
    search_fields = ("document_no", "item__no", "description")

    class Meta:
        model = ValueEntry
        fields: ClassVar[list[str]] = []


class RelationFilter(FilterSet):
    figure = FigureFilter(label=gettext_lazy("Figure"))
    posting_date = DateFilter("gl_entry__posting_date", label=gettext_lazy("Posting date"))
    item = TextFilter("value_entry__item__no", label=gettext_lazy("Item"))
    category = CategoryFilter("value_entry__item__category", label=gettext_lazy("Category"))
    location = TextFilter("value_entry__location__code", label=gettext_lazy("Location"))
    voucher = NumberFilter("gl_entry__transaction_id", label=gettext_lazy("Voucher"))
    document_no = TextFilter("value_entry__document_no", label=gettext_lazy("Document no."))
    pair = ChoiceFilter(choices=PostingPair.choices, label=gettext_lazy("Pair"))

    class Meta:
        model = GLItemLedgerRelation
        fields: ClassVar[list[str]] = []


class UntiedEntryFilter(GLEntryFilter):
    figure = FigureFilter(label=gettext_lazy("Figure"))
