"""The list of reports, one report, and its files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import exports, listing
from config.base.formatting import current_region
from config.base.pages import Action
from config.base.preferences import today_of
from config.base.views import PageView, exporting
from reconciliation.forms import ReportForm
from reconciliation.reports.catalogue import REPORTS
from reconciliation.reports.layout import Column, Options, Report, Result, Row

ALL = "all"
ROWS_ON_A_PAGE = 100
REPORT = ("base.report_view", "base.cost_view")
TITLE = gettext_lazy("Reports")


class ReportIndexView(PageView):
    """Every report with a sentence of what it tells."""

    permission_required = REPORT
    title = TITLE
    template_name = "reconciliation/reports.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(reports=list(REPORTS.values()), **context)


class _ReportPage(PageView):
    permission_required = REPORT
    parent = "reconciliation:report_list"
    parent_title = TITLE

    @property
    def report(self) -> Report:
        """The report named in the URL."""
        if self.kwargs["name"] not in REPORTS:
            raise Http404
        return REPORTS[self.kwargs["name"]]

    def make_form(self) -> ReportForm:
        """The options that this report reads, bound to the query string; as of today unless said otherwise."""
        data = self.request.GET.copy()
        is_asked = "show" in data or any(name in data for name in self.report.options)
        if not is_asked and "date_from" not in self.report.options:
            data["date_to"] = today_of(self.request).isoformat()
        return ReportForm(data, user=self.request.user, names=self.report.options)

    def build(self, form: ReportForm) -> Result:
        """The report of valid options."""
        options = Options(
            form.scope,
            form.list_filters,
            group_by=form.cleaned_data.get("group_by") or "item",
            buckets=form.cleaned_data.get("buckets") or (30, 60, 90),
            today=today_of(self.request),
        )
        return self.report.build(options)


class ReportView(_ReportPage):
    template_name = "reconciliation/report.html"

    def get_title(self) -> Any:
        return self.report.title

    def get_actions(self) -> list[Action]:
        query = listing.query_with(self.request.GET, rows=None, per_page=None)
        whole = listing.query_with(self.request.GET, rows=ALL)
        return [
            Action(_("All rows, to print"), f"?{whole}", icon="printer"),
            *(
                Action(
                    label,
                    f"{reverse('reconciliation:report_export', args=[self.report.name, name])}?{query}",
                    icon="download",
                    permission=exporting.EXPORT,
                )
                for name, label in (("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON"))
            ),
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Compute the whole and show a page of its rows, or all of them; 422 where the options cannot be read."""
        form = self.make_form()
        valid = form.is_valid()
        result = self.build(form) if valid else None
        page = self.page_of(result) if result else None
        context = self.get_context_data(
            form=form,
            report=self.report,
            result=result,
            shown=[_shown(row, result.columns) for row in page.object_list] if result and page else [],
            totals=_foot(result) if result else [],
            page_obj=page,
            page_range=page.paginator.get_elided_page_range(page.number) if page else [],
            per_page_choices=listing.PER_PAGE,
            calculated_at=timezone.now(),
        )
        return self.render_to_response(context, status=200 if valid else 422)

    def page_of(self, result: Result) -> Page[Row]:
        """The rows that are asked for: a page of them, or all as one page. Totals are those of all rows either way."""
        asked = self.request.GET
        per_page = listing.per_page_of(asked.get("per_page", ""), ROWS_ON_A_PAGE)
        if asked.get("rows") == ALL:
            per_page = max(len(result.rows), 1)
        return Paginator(result.rows, per_page).get_page(asked.get("page"))


def _shown(row: Row, columns: Any) -> list[tuple[Column, Any, str]]:
    return [(column, row.values.get(column.name), row.urls.get(column.name, "")) for column in columns]


def _foot(result: Result) -> list[tuple[Column, Any]]:
    totals = result.totals
    return [(column, totals.get(column.name)) for column in result.columns]


class ReportExportView(_ReportPage):
    """The table, then a line for each tie: name, amount of the report, figure of the matrix, difference."""

    title = TITLE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The file; 400 where the options cannot be read, never a wrong file."""
        form = self.make_form()
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=400)
        result = self.build(form)
        ties = {str(tie.label): str(tie.difference) for tie in result.ties}
        export = exports.Export(
            title=str(self.report.title),
            filename=self.report.name,
            columns=[exports.ExportColumn(each.name, str(each.label), each.kind) for each in result.columns],
            rows=list(_export_rows(result)),
            count=len(result.rows),
            totals=result.totals,
            total_kinds={each.name: each.kind for each in result.columns},
            filters={
                **{str(form.fields[name].label): request.GET[name] for name in form.fields if request.GET.get(name)},
                **{_("Difference to the matrix: %(tie)s") % {"tie": label}: text for label, text in ties.items()},
            },
        )
        region = current_region() if request.GET.get("dialect") == "region" else None
        response: HttpResponseBase = exporting.deliver(request, export, kwargs["export_format"], region=region)
        return response


def _export_rows(result: Result) -> Iterator[list[Any]]:
    for row in result.rows:
        yield [row.values.get(column.name) for column in result.columns]
