"""The cost history of an item: its average or value by period, the trend, what adjustments brought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import exports
from config.base.charts import Chart, Series, step_chart
from config.base.formatting import current_region, format_number
from config.base.forms import Form, RecordField
from config.base.models import ChangeLog
from config.base.pages import Action, Badge, Figure
from config.base.views import PageMixin, exporting
from costing import cost_history, selectors
from costing.cost_history import AdjustedMonth, History, PeriodCost, Sum
from costing.engine.periods import period_end
from costing.enums import ValueEntryType
from costing.selectors import COST_VIEW
from inventory.enums import CostingMethod
from inventory.models import Item, Location

MOST_POINTS = 36
MOST_PLACES = 5
PERIODS_ON_A_PAGE = 120
NOT_REVALUED = [value for value in ValueEntryType.values if value != ValueEntryType.REVALUATION]
STANDARD_COST = "standard_cost"


class HistoryForm(Form):
    """Which periods are shown; what is before them stands in their opening."""

    date_from = forms.DateField(label=gettext_lazy("From"), required=False)
    date_to = forms.DateField(label=gettext_lazy("To"), required=False)
    location = RecordField(Location.objects.order_by("code"), to_field_name="code", label=gettext_lazy("Location"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"].required = False


@dataclass(frozen=True, slots=True)
class Linked:
    """A figure with the list of the entries behind it."""

    value: Decimal | None
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A line of the table of periods: figures in the order of `PERIOD_COLUMNS`."""

    period: PeriodCost
    figures: list[Linked]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class _Status:
    adjusted: bool
    last_adjusted_at: datetime | None


PERIOD_COLUMNS = (
    ("opening_quantity", gettext_lazy("Opening quantity"), "quantity"),
    ("opening", gettext_lazy("Opening value"), "amount"),
    ("received_quantity", gettext_lazy("Received quantity"), "quantity"),
    ("received", gettext_lazy("Received value"), "amount"),
    ("revalued", gettext_lazy("Revalued"), "amount"),
    ("average", gettext_lazy("Average cost"), "unit_cost"),
    ("issued_quantity", gettext_lazy("Issued quantity"), "quantity"),
    ("issued", gettext_lazy("Issued value"), "amount"),
    ("closing_quantity", gettext_lazy("Closing quantity"), "quantity"),
    ("closing", gettext_lazy("Closing value"), "amount"),
)


class CostHistoryView(PageMixin):
    """Every figure links to the value entries that make it up."""

    permission_required = COST_VIEW
    template_name = "costing/cost_history.html"

    def get(self, request: HttpRequest, *args: Any, export_format: str = "", **kwargs: Any) -> HttpResponseBase:
        """The page or, where a format is asked for, one of its tables as a file."""
        if export_format:
            return self._export(export_format)
        return self.render_to_response(self.get_context_data(), status=422 if self.form.errors else 200)

    @cached_property
    def item(self) -> Item:
        return get_object_or_404(Item.objects.select_related("item_model_group"), no=self.kwargs["no"])

    @cached_property
    def form(self) -> HistoryForm:
        return HistoryForm(self.request.GET, user=self.request.user)

    @cached_property
    def chosen(self) -> dict[str, Any]:
        return self.form.cleaned_data if self.form.is_valid() else {}

    @cached_property
    def history(self) -> History:
        location = self.chosen.get("location")
        return cost_history.history(self.item, location_id=location.pk if location else None)

    @cached_property
    def periods(self) -> list[PeriodCost]:
        first, last = self.chosen.get("date_from"), self.chosen.get("date_to")
        return [
            period
            for period in self.history.periods
            if (first is None or period.end >= first) and (last is None or period.first_day <= last)
        ]

    @cached_property
    def adjusted(self) -> list[AdjustedMonth]:
        first, last = self.chosen.get("date_from"), self.chosen.get("date_to")
        return [
            each
            for each in cost_history.adjustments(self.item.pk)
            if (first is None or each.month >= first.replace(day=1)) and (last is None or each.month <= last)
        ]

    def get_title(self) -> str:
        return _("Cost history of %(no)s") % {"no": self.item.no}

    def get_subtitle(self) -> str:
        return self.item.description

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        if not self.may("base.item_view"):
            return []
        return [
            (_("Items"), reverse("inventory:item_list")),
            (self.item.no, reverse("inventory:item_detail", args=[self.item.no])),
        ]

    def get_actions(self) -> list[Action]:
        adjust = f"{reverse('costing:adjust')}?item={self.item.no}"
        return [
            Action(_("Adjust cost"), adjust, primary=not self.status.adjusted, permission="base.cost_adjust"),
            Action(_("Value entries"), reverse("costing:item_values", args=[self.item.no])),
            Action(
                _("Exclude from adjustment"),
                reverse("costing:item_exclude", args=[self.item.no]),
                permission="base.cost_adjust",
            ),
        ]

    @cached_property
    def status(self) -> _Status:
        """Whether the item's cost is adjusted; one that is not kept in stock always is."""
        found = selectors.cost_status(Item.objects.filter(pk=self.item.pk)).select_related("cost_state").first()
        if found is None:
            return _Status(adjusted=True, last_adjusted_at=None)
        state = getattr(found, "cost_state", None)
        return _Status(adjusted=found.adjusted, last_adjusted_at=state.adjusted_at if state else None)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        page = self._page()
        stem = self.request.path.rstrip("/")
        query = self.request.GET.urlencode()
        formats = _FILES if self.may(exporting.EXPORT) else ()
        return super().get_context_data(
            form=self.form,
            badges=self._badges(),
            figures=self._key_figures(),
            charts=[chart for chart in [self._chart()] if chart],
            averages=self.history.averages,
            by_place=self.history.by_place,
            columns=PERIOD_COLUMNS,
            rows=self._rows(page.object_list),
            page_obj=page,
            page_range=list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)),
            held_back=any(period.held_back.quantity for period in self.periods),
            shared_out=any(period.shared_out for period in self.periods),
            adjusted=[(each, self._adjusted_url(each), self._run_url(each)) for each in self.adjusted],
            adjusted_total=sum((each.amount for each in self.adjusted), selectors.ZERO),
            standard_costs=self._standard_costs(),
            files=[(label, f"{stem}.{ending}?{query}") for label, ending in formats],
            adjusted_files=[(label, f"{stem}.{ending}?table=adjustments&{query}") for label, ending in formats],
            **context,
        )

    def _page(self) -> Page[PeriodCost]:
        """The periods of the page that is asked for, or of the one with a day (`at`): links lead to its line."""
        number = self.request.GET.get("page", 1)
        at = parse_date(self.request.GET.get("at", ""))
        if at is not None:
            place = next((place for place, period in enumerate(self.periods) if period.end <= at), 0)
            number = place // PERIODS_ON_A_PAGE + 1
        return Paginator(self.periods, PERIODS_ON_A_PAGE).get_page(number)

    def _rows(self, periods: Iterable[PeriodCost]) -> list[PeriodRow]:
        """The periods; the first line of each end is where links lead to."""
        rows, named = [], set()
        for period in periods:
            anchor = "" if period.end in named else f"period-{period.end.isoformat()}"
            named.add(period.end)
            rows.append(PeriodRow(period, self._figures_of(period), anchor))
        return rows

    def _badges(self) -> list[Badge]:
        badges = [Badge(self.item.item_model_group.get_costing_method_display(), "neutral", "costing-method")]
        if self.status.adjusted:
            return [*badges, Badge(_("Cost is adjusted"), "ok", "adjusted")]
        return [*badges, Badge(_("Not adjusted yet"), "warn", "not-adjusted")]

    def _key_figures(self) -> list[Figure]:
        item, values = self.item, self._link()
        found = [Figure(_("Unit cost"), item.unit_cost, "unit_cost", values)]
        if item.item_model_group.costing_method == CostingMethod.STANDARD:
            found.append(Figure(_("Standard cost"), item.standard_cost, "unit_cost", "#standard-costs"))
        purchases = self._link(item_ledger_entry_type="purchase")
        found.append(Figure(_("Last direct cost"), item.last_direct_cost, "unit_cost", purchases))
        if self.status.last_adjusted_at:
            found.append(Figure(_("Last adjusted"), self.status.last_adjusted_at, "datetime", "#adjustments"))
        return found

    # Figures and the entries behind them. Expressions (`<`, `..`) stand as they are, values are quoted.

    def _link(self, **query: Any) -> str:
        return selectors.value_entries_url(item=self.item.no, inventoriable="yes", **query)

    def _figures_of(self, period: PeriodCost) -> list[Linked]:
        place: dict[str, Any] = {}
        if period.by_place:
            place = {"location": period.location, "variant": period.variant}
        elif location := self.chosen.get("location"):
            place = {"location": location.code}
        days = f"{period.first_day.isoformat()}..{period.end.isoformat()}"
        before, until = f"<{period.first_day.isoformat()}", f"..{period.end.isoformat()}"
        is_average = self.history.averages
        inward = "valued_by_average_cost=no" if is_average else "valued_quantity=>0"
        outward = "valued_by_average_cost=yes" if is_average else "valued_quantity=<0"
        moved = self._link(**place, entry_type=NOT_REVALUED)
        opening = f"{self._link(**place)}&valuation_date={before}"
        received = f"{moved}&valuation_date={days}&{inward}"
        revalued = f"{self._link(**place, entry_type=ValueEntryType.REVALUATION.value)}&valuation_date={days}"
        issued = f"{moved}&valuation_date={days}&{outward}"
        closing = f"{self._link(**place)}&valuation_date={until}"
        return [
            *_pair(period.opening, opening),
            *_pair(period.received, received),
            Linked(period.revalued.cost, "amount", revalued),
            Linked(self.history.average_cost(period), "unit_cost", closing),
            *_pair(period.issued, issued),
            *_pair(period.closing, closing),
        ]

    def _adjusted_url(self, each: AdjustedMonth) -> str:
        last = period_end(each.month, kind="month")
        days = f"{each.month.isoformat()}..{last.isoformat()}"
        url = selectors.value_entries_url(item=self.item.no, register=each.register_id, adjustment="yes")
        return f"{url}&posting_date={days}"

    def _run_url(self, each: AdjustedMonth) -> str:
        return reverse("costing:run_detail", args=[each.run_id]) if each.run_id else ""

    # The trend.

    def _chart(self) -> Chart | None:
        """The average cost of each period by place; of one place also what was received."""
        ends = sorted({period.end for period in self.periods})[-MOST_POINTS:]
        if len(ends) < 2:
            return None
        by_place: dict[tuple[str, str], dict[date, PeriodCost]] = {}
        for period in self.periods:
            by_place.setdefault((period.location, period.variant), {})[period.end] = period
        biggest = sorted(by_place, key=lambda place: -len(by_place[place]))[:MOST_PLACES]
        series = [self._series(" ".join(filter(None, place)), by_place[place], ends) for place in sorted(biggest)]
        if len(series) == 1:
            series.append(self._received(by_place[biggest[0]], ends))
        costs = [value for value in series[0].values if value is not None]
        summary = ""
        if costs:
            summary = _("From %(first)s to %(last)s over %(count)s periods.") % {
                "first": format_number(costs[0], "unit_cost"),
                "last": format_number(costs[-1], "unit_cost"),
                "count": len(ends),
            }
        return step_chart(_("Cost trend"), summary, ends, series, kind="unit_cost")

    def _series(self, name: str, periods: dict[date, PeriodCost], ends: Sequence[date]) -> Series:
        values = [self.history.average_cost(periods[end]) if end in periods else None for end in ends]
        return Series(name or _("Average cost"), values, [f"#period-{end.isoformat()}" for end in ends])

    def _received(self, periods: dict[date, PeriodCost], ends: Sequence[date]) -> Series:
        values: list[Decimal | None] = []
        for end in ends:
            found = periods[end].received if end in periods else Sum()
            values.append(cost_history.unit_cost(found))
        return Series(_("Received at"), values, [f"#period-{end.isoformat()}" for end in ends])

    def _standard_costs(self) -> list[dict[str, Any]]:
        """Changes of the standard cost on the card, as the change log has them."""
        logged = ChangeLog.objects.filter(
            model_label="inventory.item", record_no=self.item.no, changes__has_key=STANDARD_COST
        ).select_related("user")
        return [
            {
                "at": change.changed_at,
                "by": change.user.get_username() if change.user else "",
                "before": _number(change.changes[STANDARD_COST][0]),
                "after": _number(change.changes[STANDARD_COST][1]),
                "reason": change.reason,
            }
            for change in logged.order_by("-changed_at", "-pk")[:50]
        ]

    # The files.

    def _export(self, file_format: str) -> HttpResponseBase:
        adjusted = self.request.GET.get("table") == "adjustments"
        columns, rows = self._adjusted_file() if adjusted else self._period_file()
        stem = "cost-adjustments" if adjusted else "cost-history"
        names = {"date_from": _("From"), "date_to": _("To"), "location": _("Location")}
        filters = {names[name]: str(value) for name, value in self.chosen.items() if value and name in names}
        export = exports.Export(
            str(self.get_title()), f"{stem}-{self.item.no}", columns, rows, len(rows), filters=filters
        )
        region = current_region() if self.request.GET.get("dialect") == "region" else None
        return exporting.deliver(self.request, export, file_format, region=region)

    def _period_file(self) -> tuple[list[exports.ExportColumn], list[list[Any]]]:
        head = (
            ("first_day", _("From"), "date"),
            ("end", _("To"), "date"),
            ("location", _("Location"), "text"),
            ("variant", _("Variant"), "text"),
        )
        columns = [exports.ExportColumn(name, str(label), kind) for name, label, kind in (*head, *PERIOD_COLUMNS)]
        rows = [
            [
                period.first_day,
                period.end,
                period.location,
                period.variant,
                *(figure.value for figure in self._figures_of(period)),
            ]
            for period in self.periods
        ]
        return columns, rows

    def _adjusted_file(self) -> tuple[list[exports.ExportColumn], list[list[Any]]]:
        columns = [
            exports.ExportColumn("run", _("Run"), "text"),
            exports.ExportColumn("register", _("Register no."), "text"),
            exports.ExportColumn("adjusted_at", _("Adjusted at"), "datetime"),
            exports.ExportColumn("month", _("Posting month"), "date"),
            exports.ExportColumn("values", _("Entries made"), "text"),
            exports.ExportColumn("amount", _("Amount"), "amount"),
        ]
        rows: list[list[Any]] = [
            [each.run_id, each.register_id, each.adjusted_at, each.month, each.values, each.amount]
            for each in self.adjusted
        ]
        return columns, rows


_FILES = (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))


def _pair(found: Sum, url: str) -> list[Linked]:
    return [Linked(found.quantity, "quantity", url), Linked(found.cost, "amount", url)]


def _number(value: Any) -> Decimal | None:
    return Decimal(str(value)) if value not in (None, "") else None
