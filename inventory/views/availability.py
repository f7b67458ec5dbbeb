"""Availability of one item: by event, period, location, variant, lot, unit and BOM level; and what if.

Every figure leads to what makes it: stock to the item ledger entries, supplies and demands to the same page by event,
limited to the lines that were added up.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.charts import Chart, Series, step_chart
from config.base.formatting import format_date, format_number
from config.base.pages import Cell, Figure
from config.base.preferences import today_of
from config.base.views import PageView
from inventory import availability
from inventory.availability import ZERO, Event, Step, Stock
from inventory.availability_periods import WEEK
from inventory.forms.availability import BLANK, AvailabilityForm
from inventory.models import Item, Location
from inventory.selectors import entries_url, list_url
from inventory.units import Conversion
from inventory.views import availability_tables

TABS = {
    "event": gettext_lazy("Event"),
    "period": gettext_lazy("Period"),
    "location": gettext_lazy("Location"),
    "variant": gettext_lazy("Variant"),
    "lot": gettext_lazy("Lot"),
    "unit": gettext_lazy("Unit"),
    "bom": gettext_lazy("BOM level"),
}
KEPT = ("by", "location", "variant", "unit", "period", "until", "quantity", "promised_on")
MOST_POINTS = 60


class ItemAvailabilityView(PageView):
    """What is on hand of an item where, what comes and goes when, and what that leaves."""

    permission_required = "base.stock_view"
    template_name = "inventory/item_availability.html"

    def get_title(self) -> str:
        return _("Availability of %(no)s") % {"no": self.item.no}

    def get_subtitle(self) -> str:
        return self.item.description

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        url = reverse("inventory:item_detail", args=[self.item.no])
        return [(_("Items"), reverse("inventory:item_list")), (self.item.no, url)]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page; with options that cannot be read, the figures without them (422)."""
        status = 200 if self.form.is_valid() else 422
        return self.render_to_response(self.get_context_data(), status=status)

    # What is looked at.

    @cached_property
    def item(self) -> Item:
        items = Item.objects.select_related("base_unit_of_measure")
        return get_object_or_404(items.prefetch_related("variants", "units__unit_of_measure"), no=self.kwargs["no"])

    @cached_property
    def today(self) -> date:
        return today_of(self.request)

    @cached_property
    def places(self) -> dict[int | None, Location]:
        """Locations that goods stand at; those in transit are none."""
        return {place.pk: place for place in Location.objects.filter(in_transit=False).order_by("code")}

    @cached_property
    def codes(self) -> dict[int | None, str]:
        return {None: "", **{variant.pk: variant.code for variant in self.item.variants.all()}}

    @cached_property
    def form(self) -> AvailabilityForm:
        data = self.request.GET.copy()
        data.setdefault("period", WEEK)
        locations = [place.code for place in self.places.values()]
        return AvailabilityForm(data, item=self.item, locations=locations, user=self.request.user)

    def option(self, name: str) -> Any:
        """The value of an option; none where it is not given or cannot be read."""
        self.form.is_valid()
        return self.form.cleaned_data.get(name)

    @property
    def by(self) -> str:
        wanted = self.request.GET.get("by", "event")
        return wanted if wanted in TABS else "event"

    @cached_property
    def stock(self) -> list[Stock]:
        rows = availability.stock_of([self.item.pk])
        return [row for row in rows if self.is_shown(row.location_id, row.variant_id)]

    @cached_property
    def events(self) -> list[Event]:
        """Supplies and demands, and what is promised on trial."""
        found = [
            event
            for event in availability.events_of([self.item.pk])
            if self.is_shown(event.location_id, event.variant_id)
        ]
        return [*found, self.trial] if self.trial else found

    @cached_property
    def trial(self) -> Event | None:
        quantity = self.option("quantity")
        if not quantity:
            return None
        on = self.option("promised_on") or self.today
        base = self.conversion.to_base(quantity)
        return Event(self.item.pk, availability.WHAT_IF, on, "", None, None, -base)

    def is_shown(self, location_id: int | None, variant_id: int | None) -> bool:
        wanted, variant = self.option("location") or "", self.option("variant") or ""
        code = self.places[location_id].code if location_id in self.places else BLANK
        return wanted in ("", code) and variant in ("", self.codes.get(variant_id) or BLANK)

    @cached_property
    def conversion(self) -> Conversion:
        units = {unit.unit_of_measure.code: Conversion.of(unit) for unit in self.item.units.all()}
        return units.get(self.option("unit") or "", Conversion(Decimal(1)))

    def shown(self, quantity: Decimal) -> Decimal:
        """A quantity in the chosen unit; unrounded, so that parts add up."""
        return Conversion(self.conversion.quantity_per).from_base(quantity)

    @cached_property
    def on_hand(self) -> Decimal:
        return sum((row.quantity for row in self.stock), ZERO)

    @cached_property
    def steps(self) -> list[Step]:
        return availability.project(self.on_hand, self.events, today=self.today)

    # Addresses.

    def link(self, **changes: Any) -> str:
        """This page with other options; blank ones are left out."""
        kept = {name: self.request.GET.get(name, "") for name in KEPT}
        query = {name: value for name, value in {**kept, **changes}.items() if value}
        return f"{self.request.path}?{urlencode(query)}" if query else self.request.path

    def lines_link(self, what: str, **changes: Any) -> str:
        """The supplies or the demands that a figure adds up."""
        until = self.option("until")
        return self.link(**{"by": "event", "what": what, "last": until.isoformat() if until else "", **changes})

    def stock_link(self, **filters: str) -> str:
        """The entries that make what is on hand at a place."""
        return entries_url(item=self.item.no, **filters)

    def chosen_filters(self) -> dict[str, str]:
        """The chosen location and variant as filters of the entries."""
        chosen = {name: self.option(name) for name in ("location", "variant")}
        return {name: "" if value == BLANK else value for name, value in chosen.items() if value}

    # What is shown.

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        build = getattr(availability_tables, f"by_{self.by}")
        tabs = [(label, self.link(by=key), key == self.by) for key, label in TABS.items()]
        return super().get_context_data(
            form=self.form,
            by=self.by,
            tabs=tabs,
            figures=self.get_figures(),
            promise=self.promise_words(),
            chart=self.chart() if self.by in ("event", "period") and not self.limits else None,
            table=build(self),
            **context,
        )

    @property
    def limits(self) -> dict[str, str]:
        """What the list of events is limited to, as a figure that was clicked says it."""
        return {name: self.request.GET[name] for name in ("what", "first", "last") if self.request.GET.get(name)}

    def get_figures(self) -> list[Figure]:
        until = self.option("until")
        reserved = sum(
            (
                quantity
                for place, quantity in availability.reserved_of(self.item.pk).items()
                if self.is_shown(place, None) or self.option("variant")
            ),
            ZERO,
        )
        found = availability.figures_of(self.stock, self._until(until), reserved=reserved)
        chosen = self.chosen_filters()
        stock_url = self.stock_link(**chosen) if "location" in chosen else self.link(by="location")
        below = next((step.on for step in self.steps if step.left < 0), None)
        return [
            Figure(_("On hand"), self.shown(found.on_hand), "quantity", stock_url, hint=self._road_words()),
            Figure(_("Reserved"), self.shown(found.reserved), "quantity"),
            Figure(_("Scheduled receipts"), self.shown(found.receipts), "quantity", self.lines_link("supply")),
            Figure(_("Gross requirement"), self.shown(found.demands), "quantity", self.lines_link("demand")),
            Figure(
                _("Projected available"),
                self.shown(found.projected),
                "quantity",
                self.lines_link(availability_tables.PROJECTED),
                tone="danger" if found.projected < 0 else "",
                hint=_("below zero from %(date)s") % {"date": format_date(below)} if below else "",
            ),
        ]

    def _road_words(self) -> str:
        """What stands at no location because it is on its way between two; the item card counts it as on hand."""
        if self.option("location") or self.option("variant"):
            return ""
        under_way = availability.in_transit_of(self.item.pk)
        return _("without %(quantity)s on the road") % {"quantity": self._words(under_way)} if under_way else ""

    def _words(self, quantity: Decimal) -> str:
        return format_number(self.shown(quantity), "quantity")

    def _until(self, until: date | None) -> list[Event]:
        return [step.event for step in self.steps if until is None or step.on <= until]

    def promise_words(self) -> str:
        """The answer to "what if I promise so much on that day"; blank where nothing is asked."""
        if self.trial is None:
            return ""
        real = availability.project(
            self.on_hand, [event for event in self.events if event is not self.trial], today=self.today
        )
        days = availability.days_of(self.on_hand, real, today=self.today)
        promise = availability.can_promise(days, quantity=-self.trial.quantity, on=self.trial.due)
        words = {
            "quantity": format_number(self.shown(-self.trial.quantity), "quantity"),
            "date": format_date(self.trial.due),
            "short": format_number(self.shown(promise.short), "quantity"),
            "earliest": format_date(promise.earliest) if promise.earliest else "",
        }
        if not promise.short:
            return _("%(quantity)s on %(date)s can be promised; the earliest day is %(earliest)s.") % words
        missing = _("%(quantity)s on %(date)s cannot be promised: %(short)s are missing then.") % words
        if promise.earliest:
            return f"{missing} " + _("The earliest day is %(earliest)s.") % words
        return f"{missing} " + _("No later day is enough.")

    def chart(self) -> Chart:
        days = availability.days_of(self.on_hand, self.steps, today=self.today)[:MOST_POINTS]
        lowest_day, lowest = min(days, key=lambda pair: (pair[1], pair[0]))
        summary = _("From %(first)s today to %(last)s on %(end)s; lowest %(lowest)s on %(day)s.") % {
            "first": format_number(self.shown(days[0][1]), "quantity"),
            "last": format_number(self.shown(days[-1][1]), "quantity"),
            "end": format_date(days[-1][0]),
            "lowest": format_number(self.shown(lowest), "quantity"),
            "day": format_date(lowest_day),
        }
        projected = availability_tables.PROJECTED
        urls = [self.link(by="event", what=projected, last=day.isoformat()) for day, _left in days]
        series = [Series(_("Projected available"), [self.shown(left) for _day, left in days], urls)]
        if self.item.reorder_point:
            series.append(Series(_("Reorder point"), [self.shown(self.item.reorder_point)] * len(days)))
        return step_chart(
            _("Projected available"), summary, [day for day, _left in days], series, kind="quantity", shortage=True
        )

    def order_url(self, event: Event) -> str:
        """The order line behind an event; blank where the user may not see it, or it has no page."""
        if event.kind in (availability.TRANSFER_IN, availability.TRANSFER_OUT):
            return reverse("inventory:transfer_detail", args=[event.document_no])
        if event.kind in (*availability.RECEIPTS, *availability.DEMANDS) and self.may("base.document_view"):
            return list_url("inventory:orderline_list", item=self.item.no, document_no=event.document_no)
        return ""

    def cell(self, quantity: Decimal, url: str = "") -> Cell:
        """A quantity in the chosen unit; negative ones stand out by their sign and colour."""
        value = self.shown(quantity)
        return Cell(value, "quantity", url=url, tone="danger" if value < 0 else "")
