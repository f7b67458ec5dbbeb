"""The lists behind the figures of the matrix, and behind the causes of its differences."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Field
from config.base.views import ListView, PageView
from costing.models import GLItemLedgerRelation, ValueEntry
from ledger.models import GLAccount, GLEntry
from ledger.tables import GLEntryTable
from reconciliation import causes, drilldown, rows, selectors
from reconciliation.causes import SORTS, Sort
from reconciliation.enums import Cause
from reconciliation.figures import figure_of
from reconciliation.filters import (
    CauseGLEntryFilter,
    CauseRelationFilter,
    CauseValueEntryFilter,
    FigureEntryFilter,
    RelationFilter,
    UntiedEntryFilter,
)
from reconciliation.forms import MatrixForm
from reconciliation.rows import COLUMN_LABELS
from reconciliation.tables import CauseGLEntryTable, FigureEntryTable, RelationTable
from reconciliation.views.matrix import RECON, TITLE


class _FigureListView(ListView):
    """A list behind a figure: `?figure=row.column` chooses the entries and their effects on it."""

    permission_required = RECON
    parent = "reconciliation:matrix"
    parent_title = TITLE

    @property
    def figure(self) -> tuple[str, str] | None:
        return figure_of(self.request.GET.get("figure", ""))

    def get_subtitle(self) -> str:
        if self.figure is None:
            return ""
        row, column = self.figure
        names = {**rows.FOOT_LABELS, **rows.ROW_LABELS} if row in rows.ROW_LABELS else rows.FOOT_LABELS
        return f"{names[row]}, {COLUMN_LABELS[column]}"


class FigureEntryListView(_FigureListView):
    title = gettext_lazy("Value entries behind a figure")
    filterset_class = FigureEntryFilter
    table_class = FigureEntryTable
    totals = ("amount", "effect")
    empty_text = gettext_lazy("No value entries make up this figure.")

    def get_queryset(self) -> QuerySet[Any]:
        entries = ValueEntry.objects.filter(inventoriable=True).select_related("item", "location")
        ordered: QuerySet[Any] = entries.order_by("-posting_date", "-pk")
        if self.figure is None:
            amount = F("cost_amount_actual") + F("cost_amount_expected")
            return ordered.annotate(amount=amount, effect=amount)
        return drilldown.with_effect(ordered, *self.figure)


class RelationListView(_FigureListView):
    title = gettext_lazy("Value entries in the general ledger")
    filterset_class = RelationFilter
    table_class = RelationTable
    totals = ("amount", "effect")
    empty_text = gettext_lazy("No value entry stands behind these G/L entries.")

    def get_queryset(self) -> QuerySet[Any]:
        relations: QuerySet[Any] = GLItemLedgerRelation.objects.select_related(
            "value_entry__item", "gl_entry__gl_account", "balancing_gl_entry__gl_account"
        ).order_by("-gl_entry__posting_date", "-pk")
        if self.figure is None:
            return relations.annotate(effect=F("amount"))
        return drilldown.with_gl_effect(relations, *self.figure)


class FigureGLEntryListView(_FigureListView):
    title = gettext_lazy("G/L entries behind a figure")
    filterset_class = UntiedEntryFilter
    table_class = GLEntryTable
    totals = ("debit", "credit", "amount")
    empty_text = gettext_lazy("No G/L entry stands on these accounts.")

    def get_queryset(self) -> QuerySet[Any]:
        role = rows.role_of(*self.figure) if self.figure else None
        account_ids = selectors.accounts_by_role()[role] if role else frozenset[int]()
        entries = GLEntry.objects.with_sides().filter(gl_account__in=account_ids)
        return entries.select_related("gl_account", "dimension_set").order_by("-posting_date", "-transaction_id", "pk")


class UntiedEntryListView(_FigureListView):
    title = gettext_lazy("G/L entries not tied to an item")
    filterset_class = UntiedEntryFilter
    table_class = GLEntryTable
    totals = ("debit", "credit", "amount")
    empty_text = gettext_lazy("Every G/L entry on these accounts belongs to an item.")

    def get_queryset(self) -> QuerySet[Any]:
        entries = GLEntry.objects.with_sides().select_related("gl_account", "dimension_set")
        ordered = entries.order_by("-posting_date", "-transaction_id", "pk")
        if self.figure is not None:
            return drilldown.untied(ordered, *self.figure)
        accounts = selectors.accounts_by_role()
        return selectors.untied(ordered, frozenset().union(*accounts.values()))


class _CauseListView(_FigureListView):
    """The entries behind one cause of a difference, under the options of the matrix."""

    entry_sort: Sort

    @cached_property
    def cause(self) -> Cause | None:
        """The cause asked for, where entries of this sort stand behind it."""
        name = self.request.GET.get("cause", "")
        return next((each for each, sort in SORTS.items() if each == name and sort == self.entry_sort), None)

    def get_subtitle(self) -> str:
        return f"{super().get_subtitle()}: {self.cause.label}" if self.cause else super().get_subtitle()

    def get_queryset(self) -> QuerySet[Any]:
        form = MatrixForm(self.request.GET, user=self.request.user)
        if self.figure is None or self.cause is None or not form.is_valid():
            return self.nothing()
        return self.shown(causes.entries_of(form.scope, self.figure, self.cause))

    def nothing(self) -> QuerySet[Any]:
        """No entries, with the columns of the table."""
        raise NotImplementedError

    def shown(self, entries: QuerySet[Any]) -> QuerySet[Any]:
        """The entries in their order, with what the table reads."""
        raise NotImplementedError


class CauseValueEntryListView(_CauseListView):
    entry_sort = Sort.VALUES
    title = gettext_lazy("Value entries behind a cause")
    filterset_class = CauseValueEntryFilter
    table_class = FigureEntryTable
    totals = ("amount", "effect")
    empty_text = gettext_lazy("No value entries stand behind this cause.")

    def nothing(self) -> QuerySet[Any]:
        return self.shown(ValueEntry.objects.none().annotate(amount=drilldown.ZERO, effect=drilldown.ZERO))

    def shown(self, entries: QuerySet[Any]) -> QuerySet[Any]:
        return entries.select_related("item", "location").order_by("-posting_date", "-pk")


class CauseRelationListView(_CauseListView):
    entry_sort = Sort.LINKS
    title = gettext_lazy("Posted value entries behind a cause")
    filterset_class = CauseRelationFilter
    table_class = RelationTable
    totals = ("amount", "effect")
    empty_text = gettext_lazy("No posted value entries stand behind this cause.")

    def nothing(self) -> QuerySet[Any]:
        return self.shown(GLItemLedgerRelation.objects.none().annotate(effect=drilldown.ZERO))

    def shown(self, entries: QuerySet[Any]) -> QuerySet[Any]:
        accounts = ("value_entry__item", "gl_entry__gl_account", "balancing_gl_entry__gl_account")
        return entries.select_related(*accounts).order_by("-gl_entry__posting_date", "-pk")


class CauseGLEntryListView(_CauseListView):
    entry_sort = Sort.ENTRIES
    title = gettext_lazy("G/L entries behind a cause")
    filterset_class = CauseGLEntryFilter
    table_class = CauseGLEntryTable
    totals = ("debit", "credit", "effect")
    empty_text = gettext_lazy("No G/L entries stand behind this cause.")

    def nothing(self) -> QuerySet[Any]:
        return self.shown(GLEntry.objects.none().annotate(effect=drilldown.ZERO))

    def shown(self, entries: QuerySet[Any]) -> QuerySet[Any]:
        sides: Any = entries
        found: QuerySet[Any] = sides.with_sides().select_related("gl_account", "dimension_set")
        return found.order_by("-posting_date", "-transaction_id", "pk")


class AccountRolesView(PageView):
    """What stock uses an account for: a box on the account's card."""

    permission_required = RECON
    template_name = "partials/_fact.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        account = get_object_or_404(GLAccount, no=self.kwargs["no"])
        used = [role for role, ids in selectors.accounts_by_role().items() if account.pk in ids]
        fields = [Field(_("Account role"), role.label) for role in used]
        return super().get_context_data(fields=fields or [Field(_("Account role"), _("none"))], **context)
