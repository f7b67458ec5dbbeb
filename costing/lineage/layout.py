"""Where the boxes of a lineage stand: columns by distance from the root, rows so that no two boxes meet.

A box is beside the middle of what hangs on it; a box that hangs on several stands where the first of them put it.
"""

from __future__ import annotations

from dataclasses import dataclass

from costing.lineage.records import Graph

BOX_WIDTH, BOX_HEIGHT = 232, 66
GAP_X, GAP_Y, MARGIN = 96, 14, 8


@dataclass(frozen=True, slots=True)
class Place:
    """The upper left corner of a box, in units of the drawing."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Layout:
    """All places, and the size of the drawing."""

    places: dict[str, Place]
    width: float
    height: float


def arrange(graph: Graph) -> Layout:
    """Return a place for each node of the graph."""
    columns = _columns(graph)
    rows: dict[str, float] = {}
    next_row = 0.0

    def place(key: str) -> float:
        nonlocal next_row
        # Taken before it is known: what leads back here must not start again.
        rows[key] = -1.0
        below = [place(node.key) for _edge, node in graph.beyond(key) if node.key not in rows]
        if not below:
            below = [next_row]
            next_row += 1
        rows[key] = sum(below) / len(below)
        return rows[key]

    place(graph.root)
    places = {
        key: Place(MARGIN + columns[key] * (BOX_WIDTH + GAP_X), MARGIN + row * (BOX_HEIGHT + GAP_Y))
        for key, row in rows.items()
    }
    deepest = max(columns[key] for key in places)
    width = 2 * MARGIN + deepest * (BOX_WIDTH + GAP_X) + BOX_WIDTH
    return Layout(places, width, 2 * MARGIN + next_row * (BOX_HEIGHT + GAP_Y) - GAP_Y)


def _columns(graph: Graph) -> dict[str, int]:
    """The longest way from the root to each node; ways never lead round in a circle."""
    columns = {graph.root: 0}
    todo = [graph.root]
    while todo:
        key = todo.pop()
        for _edge, node in graph.beyond(key):
            if columns.get(node.key, -1) <= columns[key]:
                columns[node.key] = columns[key] + 1
                todo.append(node.key)
    return columns
