"""Physical inventory: counts, calculated from the books and counted blind."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count as CountRows
from django.db.models import F, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.pages import Action, Badge, Done, Field, Figure, GridColumn, Related, Section, fields_of
from config.base.preferences import today_of
from config.base.views import ActionView, CreateView, DocumentView, LineGridView, ListView
from inventory import count_figures, counts, scopes, selectors
from inventory.enums import CountSheetStatus, CountStatus
from inventory.filters import CountFilter
from inventory.forms import CountForm, CountLineForm
from inventory.models import Count, CountLine, CountSheet, CountSheetLine, Item
from inventory.tables import CountTable

TONES = {CountStatus.OPEN: "info", CountStatus.FINISHED: "warn", CountStatus.POSTED: "ok"}
LEAD = "base.count_post"
COST = "base.cost_view"


class CountListView(ListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Physical inventory")
    queryset = selectors.with_count_progress(Count.objects.select_related("location")).order_by("-posting_date", "-no")
    filterset_class = CountFilter
    table_class = CountTable
    totals = ("counted", "line_count")
    actions = (
        Action(gettext_lazy("New count"), "inventory:count_create", permission=LEAD, primary=True, shortcut="Alt+N"),
        Action(gettext_lazy("Count sheets"), "inventory:countsheet_list"),
        Action(gettext_lazy("Items to count"), "inventory:countplan"),
        Action(gettext_lazy("Counting periods"), "inventory:countingperiod_list"),
    )
    empty_text = gettext_lazy("There are no counts yet.")


class CountLinesView(LineGridView):
    """Counted blind: what the books say is sent only to those who post counts.

    Who only counts sees the lines that stand on no sheet: the others are counted on their sheets, unseen by the rest.
    """

    permission_required = "base.stock_view"
    edit_permission = "base.count_record"
    form_class = CountLineForm

    def get_document(self) -> Count:
        return get_object_or_404(Count, no=self.kwargs["no"])

    def get_lines(self) -> QuerySet[Any]:
        lines = self.document.lines.select_related("item", "location", "variant", "counted_by")
        found: QuerySet[Any] = lines.annotate(
            item_no=F("item__no"),
            location_code=F("location__code"),
            description=F("item__description"),
            unit=F("item__base_unit_of_measure__code"),
            counted_by_name=F("counted_by__username"),
        )
        if self.shows_books:
            found = count_figures.with_difference(found, self.document)
        else:
            found = found.filter(sheet_lines__isnull=True)
        return found.order_by("line_no", "pk")

    @cached_property
    def shown_columns(self) -> list[GridColumn]:
        columns = [
            GridColumn("item", _("Item")) if self.editable else GridColumn("item_no", _("Item"), figure=True),
            GridColumn("description", _("Description"), figure=True, width="wide"),
            GridColumn("location", _("Location"), figure=not self.editable),
            *self._tracking_columns(),
            GridColumn("unit", _("Unit"), figure=True),
            GridColumn("quantity_counted", _("Counted"), "quantity", figure=not self.editable),
            GridColumn("counted_by_name", _("Counted by"), figure=True),
        ]
        if self.shows_books:
            columns += [
                GridColumn("quantity_calculated", _("By the books"), "quantity", figure=True, url=self._entries_url),
                GridColumn("moved", _("Moved since"), "quantity", figure=True, url=self._moved_url),
                GridColumn("difference", _("Difference"), "quantity", figure=True),
                GridColumn("value", _("Value"), "amount", figure=True, permission=COST),
                GridColumn("quantity_first_counted", _("First count"), "quantity", figure=True),
            ]
        return [column for column in columns if self.may(column.permission)]

    def _tracking_columns(self) -> list[GridColumn]:
        tracked = self.document.lines.exclude(lot_no="", serial_no="").exists()
        lots = [GridColumn("lot_no", _("Lot no."), figure=True), GridColumn("serial_no", _("Serial no."), figure=True)]
        return lots if tracked else []

    @cached_property
    def shows_books(self) -> bool:
        return self.may(LEAD) or self.document.status == CountStatus.POSTED

    def _entries_url(self, line: Any) -> str:
        return f"{reverse('inventory:itemledgerentry_list')}?count_books={line.pk}"

    def _moved_url(self, line: Any) -> str:
        return f"{reverse('inventory:itemledgerentry_list')}?count_moved={line.pk}" if line.moved else ""

    def is_editable(self) -> bool:
        return bool(self.document.status == CountStatus.OPEN)

    def may_delete(self, line: Any) -> bool:
        return self.may(LEAD)

    def get_document_url(self) -> str:
        return reverse("inventory:count_detail", args=[self.document.no])

    def get_grid_url(self) -> str:
        return reverse("inventory:count_lines", args=[self.document.no])

    def new_line(self) -> CountLine:
        return CountLine(count=self.document, location=self.document.location)

    def save_line(self, form: Any, line: Any) -> Any:
        user_id = self.request.user.pk
        if line is None:
            return counts.add_line(form.instance, user_id=user_id)
        return counts.record(line, quantity=form.cleaned_data["quantity_counted"], user_id=user_id)

    def delete_line(self, line: Any) -> None:
        if not self.may(LEAD):
            raise PermissionDenied(_("Lines are taken out by those who post counts."))
        counts.delete_line(line)

    def get_totals(self) -> list[Figure]:
        lines = self.document.lines
        found = lines.aggregate(total=CountRows("pk"), counted=CountRows("quantity_counted"))
        return [Figure(_("Lines counted"), found["counted"], "integer"), Figure(_("Lines"), found["total"], "integer")]


class CountView(DocumentView):
    permission_required = "base.stock_view"
    template_name = "inventory/count.html"
    slug_field = slug_url_kwarg = "no"
    parent = "inventory:count_list"
    parent_title = gettext_lazy("Physical inventory")
    lines_view = CountLinesView

    def get_queryset(self) -> Any:
        return selectors.with_count_progress(Count.objects.select_related("location", "created_by"))

    def get_title(self) -> str:
        return str(self.object.no)

    def get_subtitle(self) -> str:
        return str(self.object.location.name or self.object.location.code) if self.object.location else ""

    def get_badges(self) -> list[Badge]:
        count = self.object
        return [Badge(count.get_status_display(), TONES[CountStatus(count.status)], count.status)]

    @cached_property
    def found(self) -> dict[str, Any]:
        """What the count finds so far; for those who post counts."""
        lines: QuerySet[Any] = count_figures.with_difference(self.object.lines, self.object)
        differs = Q(quantity_counted__isnull=False) & ~Q(difference=0)
        return lines.order_by().aggregate(
            differing=CountRows("pk", filter=differs),
            to_recount=CountRows("pk", filter=Q(needs_recount=True)),
            worth=Sum("value"),
        )

    @cached_property
    def sheets(self) -> list[Any]:
        rows = self.object.sheets.select_related("person").order_by("no")
        return list(
            rows.annotate(
                line_count=selectors.count_of(CountSheetLine.objects.all(), "sheet"),
                counted=selectors.count_of(CountSheetLine.objects.filter(quantity_counted__isnull=False), "sheet"),
            )
        )

    def get_figures(self) -> list[Figure]:
        count = self.object
        figures = [
            Figure(_("Lines counted"), count.counted, "integer"),
            Figure(_("Lines"), count.line_count, "integer"),
        ]
        if self.may(LEAD) or count.status == CountStatus.POSTED:
            found = self.found
            again = found["to_recount"]
            figures += [
                Figure(_("Lines that differ"), found["differing"], "integer"),
                Figure(_("To be counted again"), again, "integer", tone="warn" if again else ""),
                Figure(_("Value of the differences"), found["worth"] or selectors.ZERO, "amount", permission=COST),
            ]
        return figures

    def get_sections(self) -> list[Section]:
        count = self.object
        fields = [
            *fields_of(count, "posting_date", "location", "tolerance_percent", "snapshot_at"),
            Field(_("Created by"), count.created_by.get_username() if count.created_by else ""),
        ]
        return [Section("general", _("General"), fields)]

    def get_related(self) -> list[Related]:
        url = selectors.entries_url(document_no=self.object.no)
        return [Related("entries", _("Item ledger entries"), url)]

    def get_actions(self) -> list[Action]:
        count, is_open = self.object, self.object.status == CountStatus.OPEN
        why = self._why_not_yet()
        actions = [_action(_("Post"), "costing:count_post", count, why, primary=not why, shortcut="F9")]
        if count.status == CountStatus.FINISHED:
            actions.append(_action(_("Open again"), "inventory:count_reopen", count))
        if is_open and self.may(LEAD):
            free = count.lines.filter(quantity_counted__isnull=True, sheet_lines__isnull=True).exists()
            dealt = "" if free else _("All lines are on sheets or counted.")
            again = "" if self.found["to_recount"] else _("No line differs by more than the tolerance.")
            actions += [
                _action(_("Make sheets"), "inventory:count_sheets", count, dealt, primary=free),
                _action(_("Recount"), "inventory:count_recount", count, again),
                _action(_("Finish"), "inventory:count_finish", count, why),
            ]
        return actions

    def _why_not_yet(self) -> str:
        """What is to be done before the count can be posted; blank for nothing."""
        count = self.object
        if count.status == CountStatus.POSTED:
            return _("The count is posted.")
        if not count.line_count:
            return _("The count has no lines.")
        if left := count.line_count - count.counted:
            words = ngettext("%(count)s line is not counted.", "%(count)s lines are not counted.", left)
            return words % {"count": left}
        if count.status == CountStatus.OPEN and self.may(LEAD):
            if any(sheet.status == CountSheetStatus.OPEN for sheet in self.sheets):
                return _("A sheet is not finished.")
            if again := self.found["to_recount"]:
                words = ngettext(
                    "%(count)s line is to be counted again.", "%(count)s lines are to be counted again.", again
                )
                return words % {"count": again}
        return ""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        user_id, leads = self.request.user.pk, self.may(LEAD)
        return super().get_context_data(
            sheets=[(sheet, sheet_url(sheet, self.object)) for sheet in self.sheets],
            open_ids=[sheet.pk for sheet in self.sheets if leads or sheet.person_id == user_id],
            **context,
        )


def _action(label: Any, view: str, count: Count, disabled: str = "", **options: Any) -> Action:
    return Action(label, reverse(view, args=[count.no]), permission=LEAD, disabled=disabled, **options)


def sheet_url(sheet: CountSheet, count: Count) -> str:
    """The page of a sheet."""
    return reverse("inventory:countsheet_detail", args=[count.no, sheet.no])


class CountCreateView(CreateView):
    permission_required = LEAD
    model = Count
    form_class = CountForm
    title = gettext_lazy("New count")
    parent = "inventory:count_list"
    parent_title = gettext_lazy("Physical inventory")

    def get_initial(self) -> dict[str, Any]:
        proposed = scopes.proposals(self.request.user, "location")
        return {"posting_date": today_of(self.request)} | proposed | super().get_initial()

    def save(self, form: Any) -> Any:
        cleaned = form.cleaned_data
        category = cleaned["category"]
        scope = counts.CountScope(
            items=Item.objects.filter(category=category) if category else None,
            with_zero=cleaned["with_zero"],
            prefilled=cleaned["prefilled"],
        )
        return counts.create_count(form.instance, user_id=self.request.user.pk, scope=scope)

    def get_success_url(self) -> str:
        return reverse("inventory:count_detail", args=[self.object.no])


class CountActionView(ActionView):
    """Something that is done with a count, by those who post counts."""

    permission_required = LEAD

    def get_record(self) -> Count:
        return get_object_or_404(Count, no=self.kwargs["no"])

    def get_title(self) -> Any:
        return f"{self.verb}: {self.record.no}"

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        url = reverse("inventory:count_detail", args=[self.record.no])
        return [(_("Physical inventory"), reverse("inventory:count_list")), (self.record.no, url)]


class FinishCountView(CountActionView):
    verb = gettext_lazy("Finish")

    def get_question(self) -> str:
        lines: QuerySet[Any] = count_figures.with_difference(self.record.lines, self.record)
        total, differing = lines.count(), lines.exclude(difference=0).count()
        return _(
            "%(differing)s of %(total)s lines differ from the books. Their differences are fixed: what moves from now "
            "on does not change them."
        ) % {"differing": differing, "total": total}

    def perform(self, form: Any) -> Done:
        counts.finish(count_id=self.record.pk)
        return Done(_("%(no)s is finished. Post it, or open it again.") % {"no": self.record.no})


class ReopenCountView(CountActionView):
    verb = gettext_lazy("Open again")
    question = gettext_lazy("Lines may be counted again, and the differences are worked out anew.")

    def perform(self, form: Any) -> Done:
        counts.reopen(count_id=self.record.pk)
        return Done(_("%(no)s is open again.") % {"no": self.record.no})
