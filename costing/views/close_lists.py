"""The lists of one run: its log, adjustments, settlements, items, and its lines beside those of its rehearsal."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, FilteredRelation, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.fields import AmountField
from config.base.pages import Done, Text
from config.base.views import ActionView, ListView
from costing import close_comparison, close_log
from costing.close_filters import (
    AllSettlementsFilter,
    CloseItemFilter,
    CloseLogFilter,
    ComparisonFilter,
    PlanLineFilter,
    PlannedSettlementFilter,
    SettlementFilter,
)
from costing.close_forms import NoteForm
from costing.close_status import IS_SETTLEMENT
from costing.models import CloseLogLine, ClosePlanLine, InventoryClose, Settlement
from costing.tables.closing import (
    AllSettlementsTable,
    ChangeTable,
    CloseItemTable,
    CloseLogTable,
    ComparisonTable,
    PlannedSettlementTable,
    SettlementTable,
)
from costing.views.closing import CLOSE_RUN, COST_VIEW, LIST, LIST_TITLE, WATCHERS, title_of
from inventory.models import Item


class _OfRunView(ListView):
    """A list that belongs to a run."""

    permission_any: Iterable[str] = WATCHERS
    parent = LIST
    parent_title = LIST_TITLE
    saved_views = False

    @cached_property
    def close(self) -> InventoryClose:
        return get_object_or_404(InventoryClose, pk=self.kwargs["pk"])

    def get_subtitle(self) -> Text:
        return title_of(self.close)

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        url = reverse("costing:close_detail", args=[self.close.pk])
        return [*super().get_breadcrumbs(), (title_of(self.close), url)]


class CloseLogView(_OfRunView):
    """The warnings: first by cause with what is advised, then one by one."""

    title = gettext_lazy("Log")
    template_name = "costing/close_log.html"
    filterset_class = CloseLogFilter
    table_class = CloseLogTable
    totals = ("quantity",)
    empty_text = gettext_lazy("No warnings: everything was settled.")

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Whoever may not run closes adds no notes."""
        hidden = super().hidden
        return hidden if self.may(CLOSE_RUN) else hidden | {"add_note"}

    def get_queryset(self) -> QuerySet[Any]:
        related = ("item", "issue__location", "close", "noted_by")
        return close_log.lines().filter(close=self.close).select_related(*related).order_by("pk")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(log_groups=close_log.groups(self.close.pk), close=self.close, **context)


class NoteView(ActionView):
    """Keep a note on a warning: also that nothing can be done is worth writing down."""

    permission_required = CLOSE_RUN
    form_class = NoteForm
    title = gettext_lazy("Note on a warning")
    verb = gettext_lazy("Save")

    def get_record(self) -> CloseLogLine:
        lines = CloseLogLine.objects.select_related("close")
        return get_object_or_404(lines, pk=self.kwargs["line"], close_id=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"note": self.record.note}

    def get_question(self) -> Text:
        return self.record.message

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        close = self.record.close
        return [
            (LIST_TITLE, reverse(LIST)),
            (title_of(close), reverse("costing:close_detail", args=[close.pk])),
            (_("Log"), reverse("costing:close_log", args=[close.pk])),
        ]

    def perform(self, form: Any) -> Done:
        close_log.keep_note(self.record, note=form.cleaned_data["note"], user_id=self.request.user.pk)
        return Done(_("The note is kept."))


class ChangeListView(_OfRunView):
    """Whose cost the run changed; each amount leads to its value entries."""

    title = gettext_lazy("Adjustments")
    filterset_class = PlanLineFilter
    table_class = ChangeTable
    totals = ("amount",)
    cost_columns = frozenset({"amount", "lineage"})
    empty_text = gettext_lazy("No cost changed.")

    def get_queryset(self) -> QuerySet[Any]:
        lines = ClosePlanLine.objects.filter(close=self.close).exclude(IS_SETTLEMENT)
        named = {
            name: Coalesce(f"issue__{column}", f"receipt__{column}")
            for name, column in (
                ("entry", "pk"),
                ("entry_type", "entry_type"),
                ("document_type", "document_type"),
                ("document_no", "document_no"),
                ("posting_date", "posting_date"),
                ("location", "location__code"),
            )
        }
        return lines.annotate(**named).select_related("item", "close").order_by("item__no", "pk")


class SettlementListView(_OfRunView):
    """Which issue was settled with which receipt; cancelled by a reversal they stay, flagged."""

    title = gettext_lazy("Settlements")
    filterset_class = SettlementFilter
    table_class = SettlementTable
    totals = ("quantity", "amount")
    cost_columns = frozenset({"amount"})
    empty_text = gettext_lazy("Nothing was settled.")

    def get_queryset(self) -> QuerySet[Any]:
        found = Settlement.objects.filter(close=self.close).select_related("item", "issue", "receipt")
        return found.order_by("item__no", "pk")


class AllSettlementsView(ListView):
    """The settlements of all closes: what an entry was settled with, and by which run."""

    permission_any = (*WATCHERS, COST_VIEW)
    title = gettext_lazy("Settlements")
    filterset_class = AllSettlementsFilter
    table_class = AllSettlementsTable
    totals = ("quantity", "amount")
    cost_columns = frozenset({"amount"})
    empty_text = gettext_lazy("Nothing was settled by a close.")
    queryset = Settlement.objects.select_related("item", "issue", "receipt", "close").order_by("-pk")


class PlannedSettlementListView(_OfRunView):
    """What a rehearsal would settle."""

    title = gettext_lazy("Settlements")
    filterset_class = PlannedSettlementFilter
    table_class = PlannedSettlementTable
    totals = ("quantity", "amount")
    cost_columns = frozenset({"amount"})
    empty_text = gettext_lazy("Nothing would be settled.")

    def get_queryset(self) -> QuerySet[Any]:
        lines = ClosePlanLine.objects.filter(IS_SETTLEMENT, close=self.close)
        return lines.select_related("item", "issue", "receipt").order_by("item__no", "pk")


class CloseItemListView(_OfRunView):
    """What the run did to each item."""

    title = gettext_lazy("Items of the run")
    filterset_class = CloseItemFilter
    table_class = CloseItemTable
    totals = ("entry_count", "adjusted", "settlement_count", "warning_count")
    cost_columns = frozenset({"adjusted"})
    empty_text = gettext_lazy("The run touched no item.")

    def get_queryset(self) -> QuerySet[Any]:
        """One pass over the lines of the run, grouped by item: they have no index by item."""
        log = CloseLogLine.objects.filter(close=self.close)
        warnings = log.filter(item=OuterRef("pk")).order_by().values("item").annotate(found=Count("pk"))
        is_settlement = Q(line__details__has_key="settlement")
        is_change = Q(line__isnull=False) & ~is_settlement
        of_run = FilteredRelation("closeplanline", condition=Q(closeplanline__close=self.close))
        items: QuerySet[Any] = Item.objects.annotate(line=of_run).filter(
            Q(line__isnull=False) | Q(pk__in=log.values("item"))
        )
        items = items.annotate(
            entry_count=Count("line", filter=is_change),
            adjusted=Coalesce(Sum("line__amount", filter=is_change), Value(Decimal(0)), output_field=AmountField()),
            settlement_count=Count("line", filter=is_settlement),
            warning_count=Coalesce(Subquery(warnings.values("found"), output_field=IntegerField()), Value(0)),
        )
        return items.select_related("item_model_group").order_by("no")

    def make_table(self, rows: Any) -> Any:
        """Each figure leads to the lines of its item."""
        table = super().make_table(rows)
        table.close = self.close
        return table


class ComparisonView(_OfRunView):
    """The run line by line beside its rehearsal."""

    permission_any = ()
    permission_required = COST_VIEW
    title = gettext_lazy("Against the rehearsal")
    filterset_class = ComparisonFilter
    table_class = ComparisonTable
    empty_text = gettext_lazy("Neither the run nor the rehearsal changed or settled anything.")

    def get_queryset(self) -> QuerySet[Any]:
        rehearsal = get_object_or_404(InventoryClose, pk=self.kwargs["rehearsal"], rehearsal=True)
        lines = close_comparison.lines(self.close, rehearsal)
        return lines.select_related("item", "issue", "receipt").order_by("item__no", "pk")
