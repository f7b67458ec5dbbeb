"""Availability along a bill of material: how many of the product its components are enough for.

Each component is looked at by itself, as if all the others were there in plenty; the one that is enough for the fewest
products is the bottleneck. A component with components of its own is what is available of it plus what can be made of
it. Quantities are whole units: what is left of a unit makes none.

Tiny example: a table needs a top and four legs. 3 tops and 9 legs: tops are enough for 3, legs for 2. Two tables can be
made, and the legs are the bottleneck. Source: inventory-how-availability-overview (by BOM level).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from config.base import statements
from inventory.availability import ZERO, Figures

MOST_LEVELS = 50
WHOLE = Decimal(1)

_TREE = """
WITH RECURSIVE tree (path, parent_path, level, item_id, quantity_per, per_top) AS (
    SELECT ARRAY[b.id], ARRAY[]::bigint[], 1, b.component_id, b.quantity_per, b.quantity_per::numeric
    FROM inventory_bomline b WHERE b.parent_id = %s::bigint
    UNION ALL
    SELECT t.path || b.id, t.path, t.level + 1, b.component_id, b.quantity_per, t.per_top * b.quantity_per
    FROM tree t JOIN inventory_bomline b ON b.parent_id = t.item_id
    WHERE t.level < %s::int
)
SELECT t.path, t.parent_path, t.level, t.item_id, t.quantity_per, t.per_top, i.no, i.description
FROM tree t JOIN inventory_item i ON i.id = t.item_id ORDER BY t.path
"""

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A component at a place in the structure: needed per parent and per product."""

    path: Path
    parent_path: Path
    level: int
    item_id: int
    quantity_per: Decimal
    per_top: Decimal
    no: str
    description: str


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """`makes_parent`, `makes_top`: how many of them the component is enough for; `makeable`: what its own make."""

    node: Node
    figures: Figures
    makeable: Decimal | None
    makes_parent: Decimal
    makes_top: Decimal
    is_bottleneck: bool


def tree_of(item_id: int) -> list[Node]:
    """The components of an item and theirs, each below its parent, in one query."""
    rows = statements.rows(_TREE, [item_id, MOST_LEVELS])
    return [Node(tuple(row[0]), tuple(row[1]), *row[2:]) for row in rows]


def able_to_make(nodes: list[Node], figures: Mapping[int, Figures]) -> tuple[Decimal | None, list[NodeFigures]]:
    """How many of the product can be made (None: it has no components), and the figures of each component.

    figures: of each component, by item; what is projected below zero counts as nothing.
    """
    below: dict[Path, list[Node]] = defaultdict(list)
    by_path = {node.path: node for node in nodes}
    for node in nodes:
        below[node.parent_path].append(node)

    def free(node: Node) -> Decimal:
        return max(figures.get(node.item_id, Figures()).projected, ZERO)

    makeable: dict[Path, Decimal] = {}
    for node in sorted(nodes, key=lambda each: -each.level):
        if children := below.get(node.path):
            makeable[node.path] = min(
                _whole(free(child) + makeable.get(child.path, ZERO), child.quantity_per) for child in children
            )

    def enough_for(node: Node) -> Decimal:
        return _whole(free(node) + makeable.get(node.path, ZERO), node.quantity_per)

    def enough_for_top(node: Node) -> Decimal:
        enough = enough_for(node)
        while (parent := by_path.get(node.parent_path)) is not None:
            enough, node = _whole(free(parent) + enough, parent.quantity_per), parent
        return enough

    found = [
        NodeFigures(
            node=node,
            figures=figures.get(node.item_id, Figures()),
            makeable=makeable.get(node.path),
            makes_parent=enough_for(node),
            makes_top=enough_for_top(node),
            is_bottleneck=enough_for(node) == min(enough_for(other) for other in below[node.parent_path]),
        )
        for node in nodes
    ]
    roots = below.get((), [])
    return (min(enough_for(node) for node in roots) if roots else None), found


def _whole(quantity: Decimal, per: Decimal) -> Decimal:
    return (quantity / per).quantize(WHOLE, ROUND_FLOOR)
