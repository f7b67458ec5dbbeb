"""A lineage in words: what each node is called, and the sentence above the graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.base.amounts import divide_e5, from_e5
from config.base.formatting import format_date, format_number
from costing.lineage.records import Direction, Edge, EntryFacts, Graph, Node, NodeKind, Part, PoolKey, Trail
from inventory.enums import DocumentType, ItemLedgerEntryType, OrderType

MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Label:
    """A node in words: what it is, and where and when."""

    title: str
    detail: str = ""


def label_of(node: Node, trail: Trail) -> Label:
    """Return what a node is called."""
    match node.kind:
        case NodeKind.ENTRY:
            facts = trail.facts[node.entry_key or 0]
            return Label(entry_title(facts), _detail(facts))
        case NodeKind.VALUE:
            return Label(f"{part_label(node.part)} {node.title}".strip())
        case NodeKind.POOL:
            return Label(_("Average of %(item)s") % {"item": pool_item(node.pool, trail)}, _pool_detail(node, trail))
        case NodeKind.ORDER:
            return Label(_order_title(node))
        case NodeKind.CAPACITY:
            return Label(node.title or _("Capacity"), _order_title(node))
        case NodeKind.AGAIN:
            return Label(_("Shown already"), _again(node, trail))
        case NodeKind.MORE:
            return _more(node)
    return Label(_plain_title(node))


def entry_title(facts: EntryFacts) -> str:
    """Return what an entry is called: its document, or its type with the number that was given to it."""
    if facts.document_type:
        return f"{DocumentType(facts.document_type).label} {facts.document_no}".strip()
    return f"{ItemLedgerEntryType(facts.entry_type).label} {facts.document_no}".strip()


def part_label(part: Part | None) -> str:
    """Return the name of a group of value entries."""
    labels = {
        Part.INVOICED: _("Invoiced"),
        Part.EXPECTED: _("Expected, not invoiced"),
        Part.CHARGE: _("Charge"),
        Part.OVERHEAD: _("Overhead"),
        Part.VARIANCE: _("Variance"),
        Part.REVALUATION: _("Revaluation"),
        Part.ROUNDING: _("Rounding"),
        Part.NON_INVENTORY: _("Components that are not stocked"),
    }
    return labels[part] if part else ""


def _detail(facts: EntryFacts) -> str:
    return ", ".join(filter(None, (facts.item_no, facts.location, format_date(facts.posting_date))))


def pool_item(key: PoolKey | None, trail: Trail) -> str:
    """Return the number of the item that a pool is of."""
    assert key is not None
    return next((facts.item_no for facts in trail.facts.values() if facts.item_id == key.item_id), "")


def pool_place(key: PoolKey | None, trail: Trail) -> str:
    """Return the code of the location that a pool is of; blank for an average over all locations."""
    if key is None or key.scope[0] is None:
        return ""
    same = (
        trail.facts[entry.key].location
        for entry in trail.books.entries.values()
        if entry.scope == key.scope and trail.facts[entry.key].item_id == key.item_id
    )
    return next(same, "")


def _pool_detail(node: Node, trail: Trail) -> str:
    assert node.pool is not None
    end = _("to %(day)s") % {"day": format_date(node.pool.end)}
    return ", ".join(filter(None, (pool_place(node.pool, trail), end)))


def _order_title(node: Node) -> str:
    assert node.order is not None
    return f"{OrderType(node.order.order_type).label} {node.order.order_no}"


def _again(node: Node, trail: Trail) -> str:
    if node.pool is not None:
        return _("Average of %(item)s") % {"item": pool_item(node.pool, trail)}
    if node.order is not None:
        return _order_title(node)
    return entry_title(trail.facts[node.entry_key or 0])


def _more(node: Node) -> Label:
    if node.count:
        text = ngettext("%(count)s more", "%(count)s more", node.count)
        return Label(text % {"count": node.count})
    if node.pool is not None:
        return Label(_("All entries of the period together"))
    return Label(_("Not followed further"))


def _plain_title(node: Node) -> str:
    match node.kind:
        case NodeKind.OPENING:
            return _("Opening balance")
        case NodeKind.UNCOVERED:
            return _("Not covered yet, valued as booked")
        case NodeKind.GAP if node.part == Part.ROUNDING and node.waits:
            return _("Rounding, posted when all is invoiced")
        case NodeKind.GAP:
            return _("Not adjusted yet") if node.waits else _("Unexplained")
        case NodeKind.LEFT:
            return _left(node)
    ends = {
        "sale": _("Sold"),
        "purchase": _("Returned to the vendor"),
        "negative_adjmt": _("Taken out of stock"),
        "positive_adjmt": _("Taken out of stock"),
        "transfer": _("In transit"),
        "at_close": _("Settled at the inventory close"),
    }
    return ends.get(node.title, _("Used"))


def _left(node: Node) -> str:
    if node.pool is not None:
        return _("Left at the end of the period")
    return _("Left in the order") if node.order is not None else _("Left in stock")


def amount(amount_e5: int) -> str:
    """Write an amount as the region does."""
    return format_number(from_e5(amount_e5), "amount")


def quantity(quantity_e5: int) -> str:
    """Write a quantity as the region does."""
    return format_number(from_e5(quantity_e5), "quantity")


def unit_cost(amount_e5: int, quantity_e5: int) -> str:
    """Write the cost of one, five places at most."""
    return format_number(from_e5(divide_e5(amount_e5, quantity_e5)), "unit_cost")


def sum_of(node: Node) -> str:
    """Write a node's quantity, cost of one and amount: `8 x 22.50 = 180.00`."""
    if node.quantity_e5 > 0:
        return (
            f"{quantity(node.quantity_e5)} × {unit_cost(node.amount_e5, node.quantity_e5)} = {amount(node.amount_e5)}"
        )
    return amount(node.amount_e5)


def sentences(graph: Graph, trail: Trail, *, history: Sequence[tuple[int, str]] = (), first_e5: int = 0) -> list[str]:
    """Return the lineage in a few sentences.

    `first_e5`: the cost as first booked; `history`: what each later correction brought, and what caused it.
    """
    told = [_what_it_costs(graph, trail)]
    if graph.direction == Direction.BACK:
        told += _what_the_source_costs(graph, trail)
    if history:
        told.append(_how_it_came(first_e5, history))
    return told


def _what_it_costs(graph: Graph, trail: Trail) -> str:
    root = graph.nodes[graph.root]
    facts = trail.facts[trail.root]
    beyond = sorted(graph.beyond(graph.root), key=lambda each: -abs(each[0].amount_e5))
    parts = [_part_of_sum(graph, edge, node, trail) for edge, node in beyond[:MOST_TOLD]]
    if len(beyond) > MOST_TOLD:
        rest = amount(sum(edge.amount_e5 for edge, _node in beyond[MOST_TOLD:]))
        parts.append(_("%(amount)s (%(count)s more)") % {"amount": rest, "count": len(beyond) - MOST_TOLD})
    head = {"quantity": quantity(root.quantity_e5), "item": facts.item_no, "amount": amount(root.amount_e5)}
    if graph.direction == Direction.BACK:
        text = _("%(quantity)s %(item)s cost %(amount)s: ") % head
    else:
        text = _("%(quantity)s %(item)s for %(amount)s went to: ") % head
    return text + "; ".join(parts) + "."


def _part_of_sum(graph: Graph, edge: Edge, node: Node, trail: Trail) -> str:
    """One term of the sum: `8 × 22.50 from Purchase receipt R-1`, or `50.00 Charge FREIGHT`."""
    name = label_of(node, trail).title
    if edge.quantity_e5 <= 0:
        return f"{amount(edge.amount_e5)} {name}"
    terms = {
        "quantity": quantity(edge.quantity_e5),
        "cost": unit_cost(edge.amount_e5, edge.quantity_e5),
        "name": name,
    }
    if graph.direction == Direction.BACK:
        return _("%(quantity)s × %(cost)s from %(name)s") % terms
    return _("%(quantity)s × %(cost)s: %(name)s") % terms


def _what_the_source_costs(graph: Graph, trail: Trail) -> list[str]:
    """The biggest source, one step on: 22.50 = 400.00 invoiced + 50.00 freight, over 20."""
    sources = [node for edge, node in graph.beyond(graph.root) if node.quantity_e5 > 0 and graph.beyond(node.key)]
    if not sources:
        return []
    source = max(sources, key=lambda node: abs(node.amount_e5))
    beyond = sorted(graph.beyond(source.key), key=lambda each: -abs(each[0].amount_e5))
    terms = [f"{amount(edge.amount_e5)} {label_of(node, trail).title}" for edge, node in beyond[:MOST_TOLD]]
    if len(beyond) > MOST_TOLD:
        rest = amount(sum(edge.amount_e5 for edge, _node in beyond[MOST_TOLD:]))
        terms.append(_("%(amount)s (%(count)s more)") % {"amount": rest, "count": len(beyond) - MOST_TOLD})
    return [
        _("%(cost)s = %(terms)s, over %(quantity)s.")
        % {
            "cost": unit_cost(source.amount_e5, source.quantity_e5),
            "terms": " + ".join(terms),
            "quantity": quantity(source.quantity_e5),
        }
    ]


def _how_it_came(first_e5: int, history: Sequence[tuple[int, str]]) -> str:
    steps = [_("First booked %(amount)s") % {"amount": amount(first_e5)}]
    for amount_e5, cause in history:
        signed = f"+{amount(amount_e5)}" if amount_e5 > 0 else amount(amount_e5)
        steps.append(_("%(amount)s after %(cause)s") % {"amount": signed, "cause": cause} if cause else signed)
    return "; ".join(steps) + "."
