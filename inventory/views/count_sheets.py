"""Count sheets: a person's part of a count, without any figure of the books, on the screen and on paper."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Case, CharField, F, Func, OuterRef, QuerySet, Value, When
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.pages import Action, Badge, Done, Figure, GridColumn, Section, fields_of
from config.base.views import ActionView, DocumentView, LineGridView, ListView, PageView
from inventory import count_sheets, selectors
from inventory.count_filters import CountSheetFilter
from inventory.enums import CountSheetStatus, CountStatus
from inventory.forms import FoundLineForm, MakeSheetsForm, RecountForm, SheetLineForm
from inventory.models import BinContent, CountLine, CountSheet, CountSheetLine
from inventory.tables.counts import CountSheetTable
from inventory.views.counts import LEAD, CountActionView

TONES = {CountSheetStatus.OPEN: "info", CountSheetStatus.FINISHED: "ok"}


def with_counted(sheets: QuerySet[CountSheet]) -> QuerySet[Any]:
    """Annotate how many lines sheets have and how many of them are counted."""
    lines = CountSheetLine.objects.all()
    return sheets.annotate(
        line_count=selectors.count_of(lines, "sheet"),
        counted=selectors.count_of(lines.filter(quantity_counted__isnull=False), "sheet"),
    )


class CountSheetListView(ListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Count sheets")
    parent = "inventory:count_list"
    parent_title = gettext_lazy("Physical inventory")
    queryset = with_counted(CountSheet.objects.select_related("count__location", "person")).order_by("-count__no", "no")
    filterset_class = CountSheetFilter
    table_class = CountSheetTable
    totals = ("counted", "line_count")
    empty_text = gettext_lazy("There are no count sheets. Make them on the page of a count.")


class _SheetPage:
    """A page of one sheet: for its person and for those who post counts. Others would see what was counted first."""

    request: Any
    kwargs: dict[str, Any]

    def find_sheet(self) -> Any:
        sheets = with_counted(CountSheet.objects.select_related("count__location", "person"))
        sheet = get_object_or_404(sheets, count__no=self.kwargs["no"], no=self.kwargs["sheet"])
        if sheet.person_id != self.request.user.pk and not self.request.user.has_perm(LEAD):
            raise PermissionDenied(_("A count sheet is opened by its person and by those who post counts."))
        return sheet

    def counter(self) -> count_sheets.Counter:
        return count_sheets.Counter(self.request.user.pk, supervises=self.request.user.has_perm(LEAD))


def rows_of(sheet: CountSheet) -> QuerySet[Any]:
    """What stands on a sheet, in the order of the shelves; `place`: bins, or the shelf of the item. No books."""
    bins = BinContent.objects.filter(
        item=OuterRef("count_line__item"), bin__location=OuterRef("count_line__location"), quantity__gt=0
    ).order_by("bin__code", "pk")
    return (
        sheet.lines.select_related("count_line__item")
        .annotate(
            item=F("count_line__item__no"),
            description=F("count_line__item__description"),
            location=F("count_line__location__code"),
            shelf_no=F("count_line__item__shelf_no"),
            bin_codes=Func(
                ArraySubquery(bins.values("bin__code")),
                Value(", "),
                function="array_to_string",
                output_field=CharField(),
            ),
            variant=F("count_line__variant__code"),
            lot_no=F("count_line__lot_no"),
            serial_no=F("count_line__serial_no"),
            unit=F("count_line__item__base_unit_of_measure__code"),
            counted_at=F("count_line__counted_at"),
        )
        .annotate(place=Case(When(bin_codes="", then=F("shelf_no")), default=F("bin_codes"), output_field=CharField()))
        .order_by("location", "shelf_no", "item", "count_line__line_no", "pk")
    )


class SheetLinesView(_SheetPage, LineGridView):
    permission_required = "base.stock_view"
    edit_permission = "base.count_record"
    form_class = FoundLineForm

    def get_document(self) -> CountSheet:
        sheet: CountSheet = self.find_sheet()
        return sheet

    def get_lines(self) -> QuerySet[Any]:
        return rows_of(self.document)

    @cached_property
    def shown_columns(self) -> list[GridColumn]:
        tracking = []
        if self.document.lines.exclude(count_line__lot_no="", count_line__serial_no="").exists():
            tracking = [GridColumn("lot_no", _("Lot no.")), GridColumn("serial_no", _("Serial no."))]
        return [
            GridColumn("item", _("Item")),
            GridColumn("description", _("Description"), figure=True, width="wide"),
            GridColumn("place", _("Shelf"), figure=True),
            GridColumn("location", _("Location")),
            *tracking,
            GridColumn("quantity_counted", _("Counted"), "quantity"),
            GridColumn("unit", _("Unit"), figure=True),
            GridColumn("counted_at", _("Counted at"), "datetime", figure=True),
        ]

    def make_form(self, data: Any, line: Any) -> Any:
        if line is None:
            return super().make_form(data, line)
        return SheetLineForm(data, user=self.request.user, instance=line, auto_id=f"line-{line.pk}-%s")

    def is_editable(self) -> bool:
        sheet = self.document
        return bool(sheet.status == CountSheetStatus.OPEN and sheet.count.status == CountStatus.OPEN)

    def may_add(self) -> bool:
        return not self.document.is_recount

    def may_delete(self, line: Any) -> bool:
        return False

    def get_document_url(self) -> str:
        return reverse("inventory:countsheet_detail", args=[self.document.count.no, self.document.no])

    def get_grid_url(self) -> str:
        return reverse("inventory:countsheet_lines", args=[self.document.count.no, self.document.no])

    def new_line(self) -> CountLine:
        count = self.document.count
        return CountLine(count=count, location=count.location)

    def save_line(self, form: Any, line: Any) -> Any:
        if line is None:
            return count_sheets.add_line(self.document, form.instance, by=self.counter())
        return count_sheets.record(line, quantity=form.cleaned_data["quantity_counted"], by=self.counter())

    def delete_line(self, line: Any) -> None:
        raise PermissionDenied(_("Lines are taken out on the page of the count."))

    def get_totals(self) -> list[Figure]:
        lines = self.document.lines
        counted = lines.filter(quantity_counted__isnull=False).count()
        return [Figure(_("Lines counted"), counted, "integer"), Figure(_("Lines"), lines.count(), "integer")]


class CountSheetView(_SheetPage, DocumentView):
    permission_required = "base.stock_view"
    lines_view = SheetLinesView

    def get_object(self, queryset: Any = None) -> Any:
        return self.find_sheet()

    def get_title(self) -> str:
        return _("Sheet %(sheet)s of %(no)s") % {"sheet": self.object.no, "no": self.object.count.no}

    def get_subtitle(self) -> str:
        return str(self.object.person.get_full_name() or self.object.person.get_username())

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        count = self.object.count
        url = reverse("inventory:count_detail", args=[count.no])
        return [(_("Physical inventory"), reverse("inventory:count_list")), (count.no, url)]

    def get_badges(self) -> list[Badge]:
        sheet = self.object
        badges = [Badge(sheet.get_status_display(), TONES[CountSheetStatus(sheet.status)], sheet.status)]
        return [*badges, Badge(_("Recount"), "warn", "recount")] if sheet.is_recount else badges

    def get_figures(self) -> list[Figure]:
        return [
            Figure(_("Lines counted"), self.object.counted, "integer"),
            Figure(_("Lines"), self.object.line_count, "integer"),
        ]

    def get_sections(self) -> list[Section]:
        count = self.object.count
        return [Section("general", _("General"), fields_of(count, "posting_date", "location"))]

    def get_actions(self) -> list[Action]:
        sheet = self.object
        args = [sheet.count.no, sheet.no]
        paper = Action(_("On paper"), reverse("inventory:countsheet_print", args=args))
        if sheet.status == CountSheetStatus.FINISHED:
            return [
                paper,
                Action(_("Open again"), reverse("inventory:countsheet_reopen", args=args), permission=LEAD),
            ]
        left = sheet.line_count - sheet.counted
        words = ngettext("%(count)s line is not counted.", "%(count)s lines are not counted.", left) % {"count": left}
        finish = Action(
            _("Finish sheet"),
            reverse("inventory:countsheet_finish", args=args),
            primary=not left,
            permission="base.count_record",
            disabled=words if left else "",
            shortcut="F9",
        )
        delete = Action(
            _("Delete sheet"),
            reverse("inventory:countsheet_delete", args=args),
            permission=LEAD,
            danger=True,
            disabled=_("The sheet has figures, or is a recount.") if sheet.counted or sheet.is_recount else "",
        )
        return [finish, paper, delete]


class CountSheetPrintView(_SheetPage, PageView):
    """The sheet on paper: empty boxes, and nothing of the books."""

    permission_required = "base.stock_view"
    template_name = "inventory/count_sheet_print.html"

    @cached_property
    def sheet(self) -> Any:
        return self.find_sheet()

    def get_title(self) -> str:
        return _("Sheet %(sheet)s of %(no)s") % {"sheet": self.sheet.no, "no": self.sheet.count.no}

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        url = reverse("inventory:countsheet_detail", args=[self.sheet.count.no, self.sheet.no])
        return [(_("Count sheets"), reverse("inventory:countsheet_list")), (self.get_title(), url)]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        rows = list(rows_of(self.sheet))
        tracked = any(row.lot_no or row.serial_no for row in rows)
        return super().get_context_data(sheet=self.sheet, rows=rows, tracked=tracked, **context)


class MakeSheetsView(CountActionView):
    verb = gettext_lazy("Make sheets")
    form_class = MakeSheetsForm

    def get_question(self) -> str:
        free = self.record.lines.filter(quantity_counted__isnull=True, sheet_lines__isnull=True).count()
        words = ngettext(
            "%(count)s line is on no sheet and not counted.", "%(count)s lines are on no sheet and not counted.", free
        )
        return words % {"count": free}

    def perform(self, form: Any) -> Done:
        persons = [person.pk for person in form.cleaned_data["persons"]]
        made = count_sheets.make_sheets(count_id=self.record.pk, person_ids=persons)
        words = ngettext("%(count)s sheet is made.", "%(count)s sheets are made.", len(made))
        return Done(words % {"count": len(made)})


class RecountView(CountActionView):
    verb = gettext_lazy("Recount")
    form_class = RecountForm
    question = gettext_lazy(
        "The lines that differ by more than the tolerance are put on a new sheet. The first figures are kept, and not "
        "shown to who counts again."
    )

    def perform(self, form: Any) -> Done:
        sheet = count_sheets.make_recount(count_id=self.record.pk, person_id=form.cleaned_data["person"].pk)
        return Done(_("Sheet %(sheet)s is made for the recount.") % {"sheet": sheet.no})


class _SheetActionView(_SheetPage, ActionView):
    permission_required = LEAD

    def get_record(self) -> Any:
        return self.find_sheet()

    def get_title(self) -> str:
        return f"{self.verb}: {self.record.count.no}/{self.record.no}"

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        sheet = self.record
        title = _("Sheet %(sheet)s of %(no)s") % {"sheet": sheet.no, "no": sheet.count.no}
        count_url = reverse("inventory:count_detail", args=[sheet.count.no])
        return [
            (sheet.count.no, count_url),
            (title, reverse("inventory:countsheet_detail", args=[sheet.count.no, sheet.no])),
        ]


class FinishSheetView(_SheetActionView):
    permission_required = "base.count_record"
    verb = gettext_lazy("Finish sheet")

    def get_question(self) -> str:
        words = {"counted": self.record.counted, "total": self.record.line_count}
        return _("%(counted)s of %(total)s lines are counted. After this the sheet is not changed any more.") % words

    def perform(self, form: Any) -> Done:
        count_sheets.finish(sheet_id=self.record.pk, by=self.counter())
        return Done(_("Sheet %(sheet)s is finished.") % {"sheet": self.record.no})


class ReopenSheetView(_SheetActionView):
    verb = gettext_lazy("Open again")
    question = gettext_lazy("The person of the sheet may change its figures again.")

    def perform(self, form: Any) -> Done:
        count_sheets.reopen(sheet_id=self.record.pk)
        return Done(_("Sheet %(sheet)s is open again.") % {"sheet": self.record.no})


class DeleteSheetView(_SheetActionView):
    verb = gettext_lazy("Delete sheet")
    danger = True
    question = gettext_lazy("Its lines may be put on other sheets.")

    def perform(self, form: Any) -> Done:
        url = reverse("inventory:count_detail", args=[self.record.count.no])
        count_sheets.delete(sheet_id=self.record.pk)
        return Done(_("Sheet %(sheet)s is deleted.") % {"sheet": self.record.no}, url)
