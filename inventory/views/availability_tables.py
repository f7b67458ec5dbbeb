"""The tables of the availability page, one for each way of looking; `page` is the view with its options and figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.base.formatting import format_date
from config.base.pages import Cell, Text
from inventory import availability, availability_boms, availability_periods
from inventory.availability import WHAT_IF, ZERO, Event, Figures, Step, Stock
from inventory.models import Lot
from inventory.selectors import entries_url
from inventory.units import Conversion

if TYPE_CHECKING:
    from inventory.views.availability import ItemAvailabilityView as Page

BLANK = "-"
PROJECTED = "projected"


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its heading; `level` indents it."""

    label: Text
    cells: Sequence[Cell]
    url: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table: heads as (label, kind), rows, and what stands under them."""

    title: Text
    heads: Sequence[tuple[Text, str]]
    rows: Sequence[Row]
    total: Row | None = None
    note: Text = ""
    clear_url: str = ""
    empty: Text = ""


def by_event(page: Page) -> Table:
    """Each supply and demand by day, with the running quantity; only some of them where a figure was clicked."""
    heads = [(_("Date"), "text"), (_("Type"), "text"), (_("Document"), "text"), (_("Location"), "text")]
    heads += [(_("Variant"), "text")] if page.codes.keys() - {None} else []
    heads += [(_("Quantity"), "quantity"), (_("Projected available"), "quantity")]
    shown = [step for step in page.steps if _is_within(step, page.limits)]
    # A projected quantity is made of what is on hand and of the changes until its day.
    is_projected = page.limits.get("what") == PROJECTED
    rows = [] if page.limits and not is_projected else [_opening(page, len(heads), counted=is_projected)]
    rows += [_event_row(page, step) for step in shown]
    total = sum((step.event.quantity for step in shown), page.on_hand if is_projected else ZERO)
    blanks = [Cell(text="")] * (len(heads) - 3)
    return Table(
        _("By event"),
        heads,
        rows,
        total=Row(_("Total"), [*blanks, page.cell(total), Cell(text="")]) if page.limits else None,
        note=_("Only the lines that the figure adds up are shown.") if page.limits else "",
        clear_url=page.link(by="event") if page.limits else "",
        empty=_("Nothing comes or goes."),
    )


def _opening(page: Page, columns: int, *, counted: bool) -> Row:
    """What is on hand today; `counted`: also among the quantities, for a total that holds it."""
    blanks = [Cell(text="")] * (columns - 4)
    quantity = page.cell(page.on_hand) if counted else Cell(text="")
    left = page.cell(page.on_hand, page.link(by="location"))
    return Row(format_date(page.today), [Cell(text=_("On hand")), *blanks, quantity, left])


def _event_row(page: Page, step: Step) -> Row:
    event = step.event
    due = format_date(event.due)
    label = _("%(date)s (overdue)") % {"date": due} if step.is_late else due
    cells = [
        Cell(text=event.label),
        Cell(text=event.document_no, url=page.order_url(event)),
        Cell(text=_place(page, event.location_id) if event.kind != WHAT_IF else ""),
    ]
    if page.codes.keys() - {None}:
        cells.append(Cell(text=page.codes.get(event.variant_id, "")))
    return Row(label, [*cells, page.cell(event.quantity, page.order_url(event)), page.cell(step.left)])


def _is_within(step: Step, limits: dict[str, str]) -> bool:
    what = limits.get("what")
    if what == "supply" and step.event.quantity < 0:
        return False
    if what == "demand" and step.event.quantity > 0:
        return False
    day = step.on.isoformat()
    return limits.get("first", day) <= day <= limits.get("last", day)


def by_period(page: Page) -> Table:
    """What comes and goes in each day, week or month, and the least that is left within it."""
    length = page.option("period") or availability_periods.WEEK
    periods = availability_periods.periods_of(page.on_hand, page.steps, length=length, today=page.today)
    heads = [
        (_("Period"), "text"),
        (_("At the beginning"), "quantity"),
        (_("Scheduled receipts"), "quantity"),
        (_("Gross requirement"), "quantity"),
        (_("Projected available"), "quantity"),
        (_("Lowest"), "quantity"),
    ]
    rows = []
    for period in periods:
        days = {"first": period.first.isoformat(), "last": period.last.isoformat() if period.last else ""}
        rows.append(
            Row(
                _period_label(period.first, period.last),
                [
                    page.cell(period.opening, _projected_url(page, period.first - timedelta(days=1))),
                    page.cell(period.receipts, page.lines_link("supply", **days)),
                    page.cell(period.demands, page.lines_link("demand", **days)),
                    page.cell(period.closing, _projected_url(page, period.last)),
                    page.cell(period.lowest, _projected_url(page, period.lowest_on)),
                ],
            )
        )
    return Table(_("By period"), heads, rows)


def _projected_url(page: Page, on: date | None) -> str:
    """What a projected quantity at the end of a day is made of; None: when all has come and gone."""
    if on is not None and on < page.today:
        return page.link(by="location")  # Before today there is the stock alone.
    return page.link(by="event", what=PROJECTED, last=on.isoformat() if on else "")


def _period_label(first: date, last: date | None) -> str:
    if last is None:
        return _("from %(date)s") % {"date": format_date(first)}
    return format_date(first) if first == last else f"{format_date(first)} – {format_date(last)}"


def _figure_heads(first: Text) -> list[tuple[Text, str]]:
    names = (_("On hand"), _("Scheduled receipts"), _("Gross requirement"), _("Projected available"))
    return [(first, "text"), *((name, "quantity") for name in names)]


def _figure_cells(page: Page, found: Figures, stock_url: str, **changes: Any) -> list[Cell]:
    # What is promised on trial belongs to no place: the links of a place leave it out.
    lines = {"quantity": "", "promised_on": "", **changes}
    return [
        page.cell(found.on_hand, stock_url),
        page.cell(found.receipts, page.lines_link("supply", **lines)),
        page.cell(found.demands, page.lines_link("demand", **lines)),
        page.cell(found.projected, page.lines_link(PROJECTED, **lines)),
    ]


def _grouped(page: Page, key: Callable[[Any], Any]) -> dict[Any, Figures]:
    """The figures of stock and events that have the same key."""
    until = page.option("until")
    stock: dict[Any, list[Stock]] = defaultdict(list)
    events: dict[Any, list[Event]] = defaultdict(list)
    for row in page.stock:
        stock[key(row)].append(row)
    for step in page.steps:
        if step.event.kind != WHAT_IF and (until is None or step.on <= until):
            events[key(step.event)].append(step.event)
    return {each: availability.figures_of(stock[each], events[each]) for each in {*stock, *events}}


def _sum(found: Iterable[Figures]) -> Figures:
    rows = list(found)
    return Figures(
        sum((row.on_hand for row in rows), ZERO),
        sum((row.receipts for row in rows), ZERO),
        sum((row.demands for row in rows), ZERO),
    )


def _total(page: Page, found: Figures) -> Row:
    values = (found.on_hand, found.receipts, found.demands, found.projected)
    return Row(_("Total"), [page.cell(value) for value in values])


def by_location(page: Page) -> Table:
    """The figures of each location that has any."""
    groups = _grouped(page, lambda row: row.location_id)
    variant = {name: value for name, value in page.chosen_filters().items() if name == "variant"}
    rows = []
    for key in sorted(groups, key=lambda each: _place(page, each)):
        code = page.places[key].code if key else ""
        cells = _figure_cells(page, groups[key], page.stock_link(location=code, **variant), location=code or BLANK)
        rows.append(Row(code or _("(blank)"), cells))
    total = _total(page, _sum(groups.values()))
    return Table(_("By location"), _figure_heads(_("Location")), rows, total, empty=_("Nothing is there or comes."))


def by_variant(page: Page) -> Table:
    """The figures of each variant that has any."""
    groups = _grouped(page, lambda row: row.variant_id)
    location = {name: value for name, value in page.chosen_filters().items() if name == "location"}
    rows = []
    for key in sorted(groups, key=lambda each: page.codes.get(each, "")):
        code = page.codes.get(key, "")
        url = page.stock_link(variant=code, **location)
        rows.append(Row(code or _("(blank)"), _figure_cells(page, groups[key], url, variant=code or BLANK)))
    total = _total(page, _sum(groups.values()))
    return Table(_("By variant"), _figure_heads(_("Variant")), rows, total, empty=_("Nothing is there or comes."))


def by_lot(page: Page) -> Table:
    """What is on hand of each lot, what runs out first at the top."""
    lots = Lot.objects.filter(item=page.item)
    expiry = {lot.lot_no: lot.expiration_date for lot in lots if lot.expiration_date}
    held: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in page.stock:
        held[row.lot_no] += row.quantity
    chosen = page.chosen_filters()
    rows = [
        Row(
            lot or _("(blank)"),
            [
                Cell(text=format_date(expiry[lot]) if lot in expiry else ""),
                page.cell(held[lot], page.stock_link(lot_no=lot, **chosen)),
            ],
        )
        for lot in sorted(held, key=lambda each: (expiry.get(each, date.max), each))
    ]
    heads = [(_("Lot no."), "text"), (_("Expires on"), "text"), (_("On hand"), "quantity")]
    total = Row(_("Total"), [Cell(text=""), page.cell(page.on_hand)])
    return Table(_("By lot"), heads, rows, total, empty=_("Nothing is on hand."))


def by_unit(page: Page) -> Table:
    """The same figures in each unit of the item."""
    until = page.option("until")
    events = [step.event for step in page.steps if until is None or step.on <= until]
    found = availability.figures_of(page.stock, events)
    units = [(page.item.base_unit_of_measure.code, Conversion(Decimal(1)))]
    units += [(unit.unit_of_measure.code, Conversion.of(unit)) for unit in page.item.units.all()]
    rows = []
    for code, conversion in dict(units).items():
        exact = Conversion(conversion.quantity_per)
        chosen = page.chosen_filters()
        stock_url = page.stock_link(**chosen) if "location" in chosen else page.link(by="location", unit=code)
        urls = [stock_url, *(page.lines_link(what, unit=code) for what in ("supply", "demand", PROJECTED))]
        values = (found.on_hand, found.receipts, found.demands, found.projected)
        cells = [
            Cell(exact.from_base(value), "quantity", url=url, tone="danger" if value < 0 else "")
            for value, url in zip(values, urls, strict=True)
        ]
        rows.append(Row(code, cells))
    return Table(_("By unit of measure"), _figure_heads(_("Unit")), rows)


def by_bom(page: Page) -> Table:
    """The components of the item, what is there of them, and how many of the item they are enough for."""
    nodes = availability_boms.tree_of(page.item.pk)
    figures = _figures_of_items(page, {node.item_id for node in nodes})
    able, found = availability_boms.able_to_make(nodes, figures)
    heads = [
        (_("Component"), "text"),
        (_("Quantity per"), "quantity"),
        (_("On hand"), "quantity"),
        (_("Scheduled receipts"), "quantity"),
        (_("Gross requirement"), "quantity"),
        (_("Projected available"), "quantity"),
        (_("Needed by"), "text"),
        (_("Able to make parent"), "quantity"),
        (_("Able to make top item"), "quantity"),
        (_("Bottleneck"), "text"),
    ]
    needed = _needed_by(page, {node.item_id for node in nodes})
    rows = [_bom_row(page, each, needed.get(each.node.item_id)) for each in found]
    words = {"quantity": able, "no": page.item.no}
    note = _("%(quantity)s %(no)s can be made of what is available.") % words if able is not None else ""
    return Table(_("By BOM level"), heads, rows, note=note, empty=_("The item has no bill of material."))


def _needed_by(page: Page, item_ids: set[int]) -> dict[int, date]:
    """The first day on which something takes each component; what is promised on trial needs them all on its day."""
    events = [event for event in availability.events_of(item_ids) if event.quantity < 0]
    days: dict[int, list[date]] = defaultdict(list)
    for event in events:
        if _is_at_place(page, event.location_id):
            days[event.item_id].append(max(event.due, page.today))
    if page.trial is not None:
        for item_id in item_ids:
            days[item_id].append(max(page.trial.due, page.today))
    return {item_id: min(found) for item_id, found in days.items()}


def _bom_row(page: Page, each: availability_boms.NodeFigures, needed_by: date | None) -> Row:
    node, figures = each.node, each.figures
    location = {name: value for name, value in page.chosen_filters().items() if name == "location"}
    cells = [
        Cell(node.quantity_per, "quantity"),
        Cell(figures.on_hand, "quantity", url=entries_url(item=node.no, **location)),
        Cell(figures.receipts, "quantity", url=_component_url(page, node.no, "supply")),
        Cell(figures.demands, "quantity", url=_component_url(page, node.no, "demand")),
        Cell(
            figures.projected,
            "quantity",
            url=_component_url(page, node.no, PROJECTED),
            tone="danger" if figures.projected < 0 else "",
        ),
        Cell(text=format_date(needed_by) if needed_by else ""),
        Cell(each.makes_parent, "quantity"),
        Cell(each.makes_top, "quantity"),
        Cell(text=_("Bottleneck") if each.is_bottleneck else ""),
    ]
    label = f"{node.no} {node.description}"
    return Row(label, cells, reverse("inventory:item_availability", args=[node.no]), node.level)


def _component_url(page: Page, no: str, what: str) -> str:
    until = page.option("until")
    query = {"by": "event", "what": what, "location": page.option("location") or ""}
    query["last"] = until.isoformat() if until else ""
    words = urlencode({name: value for name, value in query.items() if value})
    return f"{reverse('inventory:item_availability', args=[no])}?{words}"


def _figures_of_items(page: Page, item_ids: set[int]) -> dict[int, Figures]:
    """The figures of several items at the chosen location, in two queries."""
    until = page.option("until")
    stock: dict[int, list[Stock]] = defaultdict(list)
    events: dict[int, list[Event]] = defaultdict(list)
    for row in availability.stock_of(item_ids):
        if _is_at_place(page, row.location_id):
            stock[row.item_id].append(row)
    for event in availability.events_of(item_ids):
        if _is_at_place(page, event.location_id) and (until is None or max(event.due, page.today) <= until):
            events[event.item_id].append(event)
    return {each: availability.figures_of(stock[each], events[each]) for each in item_ids}


def _is_at_place(page: Page, location_id: int | None) -> bool:
    """Whether a place is the chosen one, or none is chosen."""
    code = page.places[location_id].code if location_id in page.places else BLANK
    return (page.option("location") or "") in ("", code)


def _place(page: Page, location_id: int | None) -> str:
    return page.places[location_id].code if location_id in page.places else _("(blank)")
