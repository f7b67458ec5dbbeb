"""Low-level codes: how deep an item stands below what is made of it, so that components are adjusted first.

The code is the longest path down from a product that is part of nothing, over bills of material and posted orders; an
end product has 0.

    bicycle 0 -> wheel 1 -> rim 2; the rim is also a part of the bicycle itself, yet stays 2

Posting only ever raises codes; the full recalculation may lower them. Goods that are used to rework themselves are
lawful in orders: such a path says nothing about depth and is left out.
Source: inventory-how-work-BOMs (low-level codes).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.locks import require_transaction
from inventory.models import Item

MOST_LEVELS = 50

Structure = Mapping[int, Collection[int]]
"""The components of each product, by item id."""


class TooManyLevels(DomainError):
    code = ErrorCode.INVALID_INPUT


class CircularStructure(DomainError):
    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class Recalculation:
    """How many items have a code above 0 now, and how many codes changed."""

    items: int
    changed: int


def compute(bill: Structure, posted: Structure) -> dict[int, int]:
    """Return the code of every item of the structures.

    Args:
        bill: bills of material; must have no circle.
        posted: what posted orders used; a product that is used, however deep, to make itself is left out.

    Raises: CircularStructure with the items of a circle, TooManyLevels.
    """
    circle = find_circle(bill)
    if circle:
        raise CircularStructure(
            _("The bills of material go round in a circle: %(items)s. Take one of them out of another's bill.")
            % {"items": " > ".join(_names(circle))}
        )
    structure: dict[int, set[int]] = {product: set(parts) for product, parts in bill.items()}
    for product, parts in posted.items():
        for part in parts:
            if product not in _below(structure, part):
                structure.setdefault(product, set()).add(part)
    codes: dict[int, int] = {}
    for product in _products_first(structure):
        code = codes.setdefault(product, 0)
        _check_level(code, product)
        for part in structure.get(product, ()):
            codes[part] = max(codes.get(part, 0), code + 1)
    return codes


def find_circle(structure: Structure) -> list[int]:
    """Return the items of a circle, the first one again at the end; empty where there is none."""
    done: set[int] = set()
    for start in sorted(structure):
        path: list[int] = []
        todo = [(start, iter(sorted(structure.get(start, ()))))]
        path.append(start)
        while todo:
            _product, parts = todo[-1]
            part = next(parts, None)
            if part is None:
                todo.pop()
                done.add(path.pop())
            elif part in path:
                return [*path[path.index(part) :], part]
            elif part not in done:
                path.append(part)
                todo.append((part, iter(sorted(structure.get(part, ())))))
            assert len(path) == len(todo)
    return []


def _below(structure: Structure, product: int) -> set[int]:
    """The product itself and everything that it is made of, however deep."""
    found, todo = {product}, [product]
    while todo:
        for part in structure.get(todo.pop(), ()):
            if part not in found:
                found.add(part)
                todo.append(part)
    return found


def _products_first(structure: Structure) -> Iterable[int]:
    """Every item after all products that it is part of."""
    waiting: dict[int, int] = dict.fromkeys(structure, 0)
    for parts in structure.values():
        for part in parts:
            waiting[part] = waiting.get(part, 0) + 1
    ready = sorted(item for item, products in waiting.items() if not products)
    while ready:
        product = ready.pop()
        yield product
        for part in sorted(structure.get(product, ())):
            waiting[part] -= 1
            if not waiting[part]:
                ready.append(part)


def _check_level(code: int, item_id: int) -> None:
    if code > MOST_LEVELS:
        raise TooManyLevels(
            _("Item %(item)s stands more than %(most)s levels below its product. Shorten its bills of material.")
            % {"item": _names([item_id])[0], "most": MOST_LEVELS}
        )


def check_component(*, product_id: int, component_id: int) -> None:
    """Refuse a component that would make a bill of material part of itself, or too deep. Nothing is written.

    Raises: CircularStructure, TooManyLevels.
    """
    bill = _bills()
    bill.setdefault(product_id, set()).add(component_id)
    compute(bill, {})


def recalculate() -> Recalculation:
    """Compute every code anew, in the caller's transaction; items in no structure get 0.

    Raises: CircularStructure, TooManyLevels; then nothing is written.
    """
    require_transaction()
    codes = {item_id: code for item_id, code in compute(_bills(), _posted()).items() if code}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE inventory_item i SET low_level_code = coalesce(n.code, 0)
            FROM inventory_item o LEFT JOIN unnest(%s::bigint[], %s::int[]) AS n(id, code) ON n.id = o.id
            WHERE i.id = o.id AND i.low_level_code <> coalesce(n.code, 0)
            """,
            [list(codes), list(codes.values())],
        )
        return Recalculation(len(codes), cursor.rowcount)


def raise_codes(*, product_id: int, component_ids: Collection[int]) -> None:
    """Let components stand below their product, and what they are made of below them; in the caller's transaction.

    Nothing is read beyond the codes themselves where they are deep enough already, as they mostly are.
    """
    require_transaction()
    wanted = {product_id, *component_ids}
    codes = dict(Item.objects.filter(pk__in=wanted).values_list("pk", "low_level_code"))
    lowest = codes[product_id] + 1
    if all(codes[part] >= lowest for part in component_ids if part != product_id):
        return
    structure = _bills()
    for product, parts in _posted().items():
        structure.setdefault(product, set()).update(parts)
    codes = dict(Item.objects.values_list("pk", "low_level_code"))
    raised: dict[int, int] = {}
    todo = [(part, lowest) for part in component_ids if product_id not in _below(structure, part)]
    while todo:
        item_id, code = todo.pop()
        if raised.get(item_id, codes[item_id]) >= code:
            continue
        _check_level(code, item_id)
        raised[item_id] = code
        todo += [(part, code + 1) for part in structure.get(item_id, ()) if item_id not in _below(structure, part)]
    for item_id in sorted(raised):
        Item.objects.filter(pk=item_id).update(low_level_code=raised[item_id])


def _bills() -> dict[int, set[int]]:
    return _structure("SELECT parent_id, component_id FROM inventory_bomline")


def _posted() -> dict[int, set[int]]:
    """What posted orders used; an order's product is that of its header."""
    return _structure(
        """
        SELECT DISTINCT o.item_id, e.item_id
        FROM inventory_itemledgerentry e JOIN inventory_orderheader o ON o.no = e.order_no AND o.type = e.order_type
        WHERE e.entry_type IN ('consumption', 'assembly_consumption') AND o.item_id <> e.item_id
        """
    )


def _structure(sql: str) -> dict[int, set[int]]:
    structure: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for product, part in cursor.fetchall():
            structure.setdefault(product, set()).add(part)
    return structure


def _names(item_ids: Collection[int]) -> list[str]:
    numbers = dict(Item.objects.filter(pk__in=item_ids).values_list("pk", "no"))
    return [numbers[item_id] for item_id in item_ids]
