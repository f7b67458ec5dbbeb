"""What steps of every kind share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.base.errors import DomainError
from inventory.models import Count, Document, Item, OrderHeader, TransferOrder
from tests.scenarios.world import World

Body = dict[str, Any]


def place(world: World, step: Body, item: Item) -> dict[str, Any]:
    return {
        "location": world.location(step.get("location")),
        "variant": world.variant(item, step.get("variant")),
    }


def tracking(step: Body) -> dict[str, str]:
    return {"lot_no": step.get("lot", ""), "serial_no": step.get("serial", "")}


@contextmanager
def gone_if_refused(order: Document | Count | TransferOrder | OrderHeader) -> Iterator[None]:
    """Delete what was to be posted when it is refused: an order that stays open would count as supply or demand."""
    try:
        yield
    except DomainError:
        order.delete()
        raise
