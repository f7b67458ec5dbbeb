"""Making and changing assembly and production orders before they are posted."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from config.base import numbering
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from inventory import checks
from inventory.documents import NumberTaken, next_line_no
from inventory.enums import OrderStatus, OrderType
from inventory.locks import lock_order
from inventory.models import (
    BomLine,
    CapacityLedgerEntry,
    InventorySetup,
    ItemLedgerEntry,
    OrderComponent,
    OrderHeader,
)


class OrderFinished(DomainError):
    """The order is finished: nothing more is posted to it, and it does not change."""

    code = ErrorCode.INVALID_INPUT


def create_order(order: OrderHeader, *, explode: bool = True) -> OrderHeader:
    """Store a new assembly or production order; a blank number is drawn from the series of its type.

    With `explode` its components are those of the item's bill of material, at the order's location.
    Raises: DomainError where the item cannot be made, or the number is taken or may not be entered by hand.
    """
    raise_problems(_order_problems(order))
    setup = InventorySetup.load()
    series = setup.assembly_series if order.type == OrderType.ASSEMBLY else setup.production_series
    try:
        with transaction.atomic():
            if order.no:
                numbering.check_manual(series, order.no)
            else:
                order.no = numbering.draw(series, on=order.order_date)[0]
            order.save(force_insert=True)
            if explode:
                _explode(order)
    except IntegrityError as error:
        if OrderHeader.objects.filter(no=order.no).exists():
            raise NumberTaken(_("%(no)s exists already. Choose another number.") % {"no": order.no}) from error
        raise
    return order


def _order_problems(order: OrderHeader) -> Iterator[Problem]:
    problem = partial(Problem, document_no=order.no, item_no=order.item.no)
    if order.item.blocked:
        message = _("Item %(item)s is blocked. Unblock it on its card, or choose another item.")
        yield problem(message % {"item": order.item.no}, ErrorCode.BLOCKED_ITEM)
    if not order.item.is_inventory:
        message = _("Item %(item)s is not kept in stock: it cannot be made.")
        yield problem(message % {"item": order.item.no}, ErrorCode.INVALID_INPUT)
    if order.quantity <= 0:
        yield problem(_("The quantity must be more than 0."), ErrorCode.INVALID_INPUT)
    yield from checks.variant_problems(order.item, order.variant, order.no, None)


def _explode(order: OrderHeader) -> None:
    lines = BomLine.objects.filter(parent=order.item_id).order_by("pk")
    OrderComponent.objects.bulk_create(
        OrderComponent(
            order=order,
            line_no=10_000 * position,
            item_id=line.component_id,
            location_id=order.location_id,
            quantity_per=line.quantity_per,
        )
        for position, line in enumerate(lines, 1)
    )


def save_component(component: OrderComponent) -> OrderComponent:
    """Store a new or changed component. Raises: DomainError with every problem of the line."""
    with transaction.atomic():
        order = lock_order(component.order_id)
        check_not_finished(order)
        if component.pk is None:
            component.line_no = component.line_no or next_line_no(OrderComponent.objects.filter(order=order))
        raise_problems(_component_problems(component, order))
        component.save()
    return component


def _component_problems(component: OrderComponent, order: OrderHeader) -> Iterator[Problem]:
    item = component.item
    problem = partial(
        Problem, document_no=order.no, line_no=component.line_no, item_no=item.no if item is not None else ""
    )
    if (item is None) == (component.work_centre is None):
        message = _("Line %(line)s needs either an item or a work centre.") % {"line": component.line_no}
        yield problem(message, ErrorCode.INVALID_INPUT)
    if item is not None and item.blocked:
        message = _("Item %(item)s is blocked. Unblock it on its card, or choose another item.")
        yield problem(message % {"item": item.no}, ErrorCode.BLOCKED_ITEM)
    if component.quantity_per <= Decimal(0):
        yield problem(_("The quantity must be more than 0."), ErrorCode.INVALID_INPUT)


def check_not_finished(order: OrderHeader) -> None:
    """Refuse to post to, or change, an order that is finished. Raises: OrderFinished."""
    if order.status == OrderStatus.FINISHED:
        raise OrderFinished(
            _("%(type)s %(no)s is finished. Make a new order instead.")
            % {"type": order.get_type_display(), "no": order.no}
        )


def delete_order(order_id: int) -> None:
    """Delete an order of which nothing is posted. Raises: DomainError."""
    with transaction.atomic():
        order = lock_order(order_id)
        if is_posted(order):
            raise DomainError(
                _("%(no)s is posted in part and stays.") % {"no": order.no}, code=ErrorCode.ALREADY_POSTED
            )
        order.delete()


def is_posted(order: OrderHeader) -> bool:
    """Whether any goods or work of the order are posted."""
    of_order = {"order_type": order.type, "order_no": order.no}
    return (
        ItemLedgerEntry.objects.filter(**of_order).exists() or CapacityLedgerEntry.objects.filter(**of_order).exists()
    )
