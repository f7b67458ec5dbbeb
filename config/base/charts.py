"""Charts as SVG, drawn on the server: a title, a sentence that says what is seen, and the same figures as a table.

Colours are classes (``series-1`` ...); series differ by dash and marker too. Points may link to entries.
No script and no style attribute: geometry is in SVG attributes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil, floor
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from config.base.formatting import format_date, format_number

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 72, 12, 12, 28
TICKS = 4
"""About as many lines across as this, at round figures."""
MARKERS = ("circle", "square", "diamond")


@dataclass(frozen=True, slots=True)
class Series:
    """One line or set of bars: a value for each label (None: no point), and a link for each point."""

    name: Any
    values: Sequence[Decimal | None]
    urls: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart; ``partials/_chart.html`` shows it with its table."""

    title: Any
    summary: Any
    svg: SafeString
    labels: Sequence[str]
    series: Sequence[Series]
    kind: str = "amount"
    rows: Sequence[tuple[str, Sequence[tuple[str, Decimal | None]]]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Maps values to the height of the drawing, and places to its width."""

    low: float
    high: float
    tick: float
    count: int

    def y(self, value: Decimal | float) -> float:
        share = (float(value) - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)

    def x(self, index: int) -> float:
        step = (WIDTH - LEFT - RIGHT) / max(self.count, 1)
        return round(LEFT + step * (index + 0.5), 1)

    @property
    def step(self) -> float:
        return (WIDTH - LEFT - RIGHT) / max(self.count, 1)


def line_chart(
    title: Any, summary: Any, labels: Sequence[Any], series: Sequence[Series], *, kind: str = "amount"
) -> Chart:
    """Values joined by straight lines."""
    return _chart("line", title, summary, labels, series, kind)


def step_chart(
    title: Any,
    summary: Any,
    labels: Sequence[Any],
    series: Sequence[Series],
    *,
    kind: str = "amount",
    shortage: bool = False,
) -> Chart:
    """Values that hold until the next one: unit cost, projected stock.

    ``shortage`` shades what of the first series is below zero, and lets each line go on to the edge.
    """
    return _chart("step", title, summary, labels, series, kind, shortage=shortage)


def bar_chart(
    title: Any, summary: Any, labels: Sequence[Any], series: Sequence[Series], *, kind: str = "amount"
) -> Chart:
    """A bar for each label and series."""
    return _chart("bar", title, summary, labels, series, kind)


def _chart(
    shape: str,
    title: Any,
    summary: Any,
    labels: Sequence[Any],
    series: Sequence[Series],
    kind: str,
    *,
    shortage: bool = False,
) -> Chart:
    texts = [format_date(label) if isinstance(label, date) else str(label) for label in labels]
    scale = _scale(series, len(texts), 0.01 if kind == "unit_cost" else 1)
    if shape == "bar":
        drawn = [_bars(item, index, len(series), scale) for index, item in enumerate(series)]
    else:
        stepped = shape == "step"
        drawn = [_shortage(series[0], scale)] if shortage else []
        drawn += [_line(item, index, scale, stepped=stepped, goes_on=shortage) for index, item in enumerate(series)]
    # A picture may hold no links for a screen reader: with links it is a group, and what is drawn is hidden from it.
    linked = any(url for item in series for url in item.urls)
    svg = format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="{}" aria-label="{}"><g{}>{}{}{}</g></svg>',
        WIDTH,
        HEIGHT,
        "group" if linked else "img",
        f"{title}. {summary}",
        mark_safe(' aria-hidden="true"') if linked else "",
        _axis(scale, kind),
        _labels(texts, scale),
        format_html_join("", "{}", ((part,) for part in drawn)),
    )
    rows = [(text, [(_url_of(item, index), item.values[index]) for item in series]) for index, text in enumerate(texts)]
    return Chart(title, summary, svg, texts, series, kind, rows)


def _scale(series: Sequence[Series], count: int, finest: float) -> _Scale:
    """A scale from tick to tick that holds all values and zero."""
    values = [float(value) for item in series for value in item.values if value is not None] or [0.0]
    low, high = min(0.0, *values), max(0.0, *values)
    tick = _tick((high - low) / TICKS, finest)
    low = floor(low / tick) * tick
    return _Scale(low, max(ceil(high / tick) * tick, low + tick), tick, count)


def _tick(least: float, finest: float) -> float:
    """The first of 1, 2, 5, 10, 20 ... times the finest that is no less."""
    size = finest
    while size < least * (1 - 1e-9):
        size *= 2.5 if str(round(size / finest)).startswith("2") else 2
    return size


def _axis(scale: _Scale, kind: str) -> SafeString:
    shown_as, digits = ("amount", 2) if kind == "unit_cost" else ("integer", 0)
    steps = [scale.low + scale.tick * index for index in range(round((scale.high - scale.low) / scale.tick) + 1)]
    lines = [(scale.y(step), format_number(Decimal(str(round(step, digits))), shown_as)) for step in steps]
    return format_html_join(
        "",
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="tick" x="{}" y="{}" text-anchor="end">{}</text>',
        ((LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4, text) for y, text in lines),
    )


def _labels(texts: Sequence[str], scale: _Scale) -> SafeString:
    every = max(1, -(-len(texts) // 8))
    shown = [(scale.x(index), HEIGHT - 8, text) for index, text in enumerate(texts) if index % every == 0]
    return format_html_join("", '<text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>', shown)


def _shortage(item: Series, scale: _Scale) -> SafeString:
    """The ground between zero and each value below it, as wide as the value holds."""
    zero, shades = scale.y(0), []
    for place, value in enumerate(item.values):
        if value is not None and value < 0:
            x = scale.x(place)
            end = scale.x(place + 1) if place + 1 < len(item.values) else WIDTH - RIGHT
            shades.append((x, zero, round(end - x, 1), round(scale.y(value) - zero, 1)))
    return format_html_join("", '<rect class="shortage" x="{}" y="{}" width="{}" height="{}"/>', shades)


def _line(item: Series, index: int, scale: _Scale, *, stepped: bool, goes_on: bool = False) -> SafeString:
    points = [(place, scale.x(place), scale.y(value)) for place, value in enumerate(item.values) if value is not None]
    path = ""
    for number, (_place, x, y) in enumerate(points):
        path += f"M{x} {y}" if number == 0 else f"H{x}V{y}" if stepped else f"L{x} {y}"
    if goes_on and points:
        path += f"H{WIDTH - RIGHT}"
    marks = format_html_join("", "{}", ((_mark(item, index, place, x, y),) for place, x, y in points))
    return format_html('<g class="series series-{}"><path class="stroke" d="{}"/>{}</g>', index + 1, path, marks)


def _mark(item: Series, index: int, place: int, x: float, y: float) -> SafeString:
    shape = MARKERS[index % len(MARKERS)]
    if shape == "circle":
        mark = format_html('<circle class="mark" cx="{}" cy="{}" r="3"/>', x, y)
    else:
        turn = format_html(' transform="rotate(45 {} {})"', x, y) if shape == "diamond" else ""
        mark = format_html('<rect class="mark" x="{}" y="{}" width="6" height="6"{}/>', x - 3, y - 3, turn)
    return _linked(item, place, mark)


def _bars(item: Series, index: int, series_count: int, scale: _Scale) -> SafeString:
    width = round(scale.step * 0.7 / series_count, 1)
    bars = []
    for place, value in enumerate(item.values):
        if value is not None:
            x = round(scale.x(place) - scale.step * 0.35 + width * index, 1)
            top, base = scale.y(max(value, Decimal(0))), scale.y(min(value, Decimal(0)))
            bar = format_html(
                '<rect class="bar" x="{}" y="{}" width="{}" height="{}"/>',
                x,
                top,
                width,
                round(max(base - top, 0.5), 1),
            )
            bars.append((_linked(item, place, bar),))
    return format_html('<g class="series series-{}">{}</g>', index + 1, format_html_join("", "{}", bars))


def _url_of(item: Series, place: int) -> str:
    return item.urls[place] if place < len(item.urls) else ""


def _linked(item: Series, place: int, mark: SafeString) -> SafeString:
    """The mark, as a link for the mouse; the keyboard has the table below."""
    url = _url_of(item, place)
    return format_html('<a href="{}" tabindex="-1">{}</a>', url, mark) if url else mark
