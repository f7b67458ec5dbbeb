"""A lineage as SVG: boxes and curves, left to right from the entry it is about.

Colours are classes that follow the theme; the presentation attributes beside them are for the file on its own. Every
box is a link with a title. No script and no style attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from costing.lineage.layout import BOX_HEIGHT, BOX_WIDTH, Layout, Place, arrange
from costing.lineage.records import Direction, Edge, Graph, Node, NodeKind, Trail
from costing.lineage.words import Label, amount, label_of, sum_of

TITLE_LETTERS, DETAIL_LETTERS = 30, 34


def draw(graph: Graph, trail: Trail, urls: Callable[[Node], str], *, name: str) -> SafeString:
    """Return the drawing; `urls` tells where a box leads, `name` is what it is called."""
    layout = arrange(graph)
    labels = {key: label_of(graph.nodes[key], trail) for key in layout.places}
    return format_html(
        '<svg class="lineage" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" height="{}" '
        'role="group" aria-label="{}" font-family="system-ui, sans-serif">{}{}{}</svg>',
        layout.width,
        layout.height,
        layout.width,
        layout.height,
        name,
        _marker(),
        format_html_join("", "{}", ((_edge(edge, graph, layout),) for edge in graph.edges)),
        format_html_join(
            "",
            "{}",
            (
                (_box(graph.nodes[key], labels[key], place, urls(graph.nodes[key]), is_root=key == graph.root),)
                for key, place in layout.places.items()
            ),
        ),
    )


def _marker() -> SafeString:
    return format_html(
        '<defs><marker id="{}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path class="lineage-arrow" fill="#75808c" d="M0 0L8 4L0 8z"/></marker></defs>',
        "lineage-arrow",
    )


def _edge(edge: Edge, graph: Graph, layout: Layout) -> SafeString:
    """A curve from the source to the receiver, with what it carries above the end at the farther box."""
    near, far = (edge.target, edge.source) if graph.direction == Direction.BACK else (edge.source, edge.target)
    if near not in layout.places or far not in layout.places:
        return SafeString("")
    start, end = layout.places[near], layout.places[far]
    left, right = start.x + BOX_WIDTH, end.x
    top, bottom = start.y + BOX_HEIGHT / 2, end.y + BOX_HEIGHT / 2
    bend = (right - left) / 2
    if graph.direction == Direction.BACK:
        path = f"M{right} {bottom}C{right - bend} {bottom} {left + bend} {top} {left} {top}"
    else:
        path = f"M{left} {top}C{left + bend} {top} {right - bend} {bottom} {right} {bottom}"
    return format_html(
        '<g><path class="lineage-edge" fill="none" stroke="#75808c" stroke-width="1.25" '
        'marker-end="url(#lineage-arrow)" d="{}"/>'
        '<text class="lineage-carried" fill="#52606d" font-size="11" text-anchor="end" x="{}" y="{}">{}</text></g>',
        path,
        right - 6,
        bottom - 5,
        amount(edge.amount_e5),
    )


def _box(node: Node, label: Label, place: Place, url: str, *, is_root: bool) -> SafeString:
    tone = f"lineage-{node.kind.value}" + (" lineage-root" if is_root else "")
    if node.kind == NodeKind.GAP and not node.waits:
        tone += " lineage-unexplained"
    figures = amount(node.amount_e5) if node.kind == NodeKind.AGAIN else sum_of(node)
    if node.kind == NodeKind.AGAIN:
        figures = ""
    title = ". ".join(filter(None, (label.title, label.detail, figures)))
    lines = format_html(
        '<text class="lineage-title" fill="#1a232e" font-size="13" font-weight="600" x="{}" y="{}">{}</text>'
        '<text class="lineage-detail" fill="#52606d" font-size="12" x="{}" y="{}">{}</text>'
        '<text class="lineage-figure" fill="#1a232e" font-size="12" x="{}" y="{}">{}</text>',
        place.x + 10,
        place.y + 20,
        _short(label.title, TITLE_LETTERS),
        place.x + 10,
        place.y + 38,
        _short(label.detail or _kind_word(node), DETAIL_LETTERS),
        place.x + 10,
        place.y + 56,
        _short(figures, DETAIL_LETTERS),
    )
    box = format_html(
        '<title>{}</title><rect class="lineage-box" fill="#ffffff" stroke="#d5dbe2" x="{}" y="{}" '
        'width="{}" height="{}" rx="4"/>'
        '<rect class="lineage-mark" fill="#0b5a86" x="{}" y="{}" width="4" height="{}" rx="2"/>{}',
        title,
        place.x,
        place.y,
        BOX_WIDTH,
        BOX_HEIGHT,
        place.x,
        place.y,
        BOX_HEIGHT,
        lines,
    )
    if not url:
        return format_html('<g class="{}" data-node="{}">{}</g>', tone, node.key, box)
    return format_html('<a class="{}" href="{}" data-node="{}">{}</a>', tone, url, node.key, box)


def _kind_word(node: Node) -> str:
    words: Mapping[NodeKind, str] = {
        NodeKind.VALUE: _("Value entries"),
        NodeKind.OPENING: _("of the period"),
        NodeKind.ORDER: _("all that went in"),
        NodeKind.GAP: _("Difference"),
    }
    return words.get(node.kind, "")


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
