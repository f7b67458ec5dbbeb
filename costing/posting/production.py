"""Posting to production orders: components used, work done, goods made, the order finished.

What goes in stands in WIP. Output enters stock at expected cost; once the order is finished, cost adjustment settles
it. Source: design-details-production-order-posting; finance-about-finished-production-order-costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.transactions import posting
from costing import closing_out, order_adjustment, order_states
from costing.posting import making, output_dates
from costing.posting.capacity import Work
from costing.posting.making import Goods, Posting
from costing.posting.results import PostingResult
from costing.value_posting import CostedLine
from inventory import orders
from inventory.enums import ItemLedgerEntryType, OrderStatus, OrderType
from inventory.locks import lock_order
from inventory.models import ItemLedgerEntry, OrderHeader

Entry = ItemLedgerEntryType


def post_production(
    *,
    order_id: int,
    posting_date: date,
    used: Sequence[Goods] = (),
    works: Sequence[Work] = (),
    made: Sequence[Goods] = (),
    user_id: int | None,
    preview: bool = False,
) -> PostingResult:
    """Post consumption, capacity and output of a production order, together or each by itself.

    `used`: components; a negative quantity puts back, exactly what a consumption took where that is named. `made`: the
    product; a negative quantity takes back from the output that is named, or the only one that fits.
    Raises: DomainError naming every faulty line; then nothing is written.
    """
    with posting(preview=preview) as context:
        order = _open_order(order_id)
        ids = [line.item_id for line in (*used, *made)]
        common = making.begin(
            order, item_ids=ids, line_no=0, posting_date=posting_date, context=context, user_id=user_id
        )
        making.check(common, (*used, *made), works)
        _check_put_back(common, used)
        lines = _lines(common, used, made)
        prepared = making.prepare(common, lines, works)
        latest = output_dates.lift_new_outputs(prepared, common.key)
        written, stored = making.write(common, prepared, finished=False)
        output_dates.lift_posted_outputs(common.key, latest, product=common.product, periods=common.setups.periods)
        total = sum((line.quantity for line in made), Decimal(0))
        OrderHeader.objects.filter(pk=order.pk).update(quantity_finished=F("quantity_finished") + total)
        return making.end(common, prepared, written, stored, lines)


def _open_order(order_id: int) -> OrderHeader:
    order = lock_order(order_id)
    if order.type != OrderType.PRODUCTION:
        raise DomainError(_("%(no)s is no production order.") % {"no": order.no}, code=ErrorCode.INVALID_INPUT)
    orders.check_not_finished(order)
    return order


def _lines(common: Posting, used: Sequence[Goods], made: Sequence[Goods]) -> list[CostedLine]:
    consumption = [
        making.costed(common, number, line, entry_type=Entry.CONSUMPTION, inbound=False, invoiced=True)
        for number, line in enumerate(used, 1)
    ]
    output = [
        making.costed(
            common, number, _of_order(common, number, line), entry_type=Entry.OUTPUT, inbound=True, invoiced=False
        )
        for number, line in enumerate(made, len(used) + 1)
    ]
    return consumption + output


def _check_put_back(common: Posting, used: Sequence[Goods]) -> None:
    """Goods that reverse a consumption reverse one of this very order."""
    named = {line.applies_from_id for line in used if line.applies_from_id is not None}
    own = set(
        ItemLedgerEntry.objects.filter(
            pk__in=named, entry_type=Entry.CONSUMPTION, order_type=common.order.type, order_no=common.order.no
        ).values_list("pk", flat=True)
    )
    for number, line in enumerate(used, 1):
        if line.applies_from_id is not None and line.applies_from_id not in own:
            message = _("Line %(line)s of %(no)s puts item %(item)s back from an entry that this order did not use.")
            making.refuse(common, number, line, ErrorCode.APPLICATION_MISMATCH, message)


def _of_order(common: Posting, number: int, line: Goods) -> Goods:
    """Check a line of output; a negative one is tied to the output that it takes back."""
    if line.item_id != common.order.item_id:
        message = _("%(no)s does not make item %(item)s (line %(line)s). Post it to the order that makes it.")
        making.refuse(common, number, line, ErrorCode.APPLICATION_MISMATCH, message)
    if line.quantity > 0:
        return line
    outputs = ItemLedgerEntry.objects.filter(
        entry_type=Entry.OUTPUT, order_type=common.order.type, order_no=common.order.no, quantity__gt=0
    )
    if line.applies_to_id is not None:
        if not outputs.filter(pk=line.applies_to_id).exists():
            message = _("Line %(line)s of %(no)s takes item %(item)s back from an entry that is no output of it.")
            making.refuse(common, number, line, ErrorCode.APPLICATION_MISMATCH, message)
        return line
    fitting = outputs.filter(
        location=line.location_id,
        variant=line.variant_id,
        lot_no=line.lot_no,
        serial_no=line.serial_no,
        remaining_quantity__gte=-line.quantity,
    )
    found = list(fitting.values_list("pk", flat=True)[:2])
    if len(found) != 1:
        message = _("Line %(line)s of %(no)s takes back item %(item)s: name the output that it takes back.")
        making.refuse(common, number, line, ErrorCode.APPLICATION_MISMATCH, message)
    return replace(line, applies_to_id=found[0])


def finish_production(
    *, order_id: int, posting_date: date, user_id: int | None, preview: bool = False
) -> PostingResult:
    """Finish a production order: nothing more is posted to it, and the next adjustment settles what it made.

    A product that goes out at its running average has its final cost at once, dated to this day.

    An order that made nothing keeps its cost in WIP, unless the setup says that it is moved out to inventory
    adjustment. Raises: DomainError where the order is finished already.
    """
    with posting(preview=preview) as context:
        order = _open_order(order_id)
        common = making.begin(
            order, item_ids=[], line_no=0, posting_date=posting_date, context=context, user_id=user_id
        )
        state_id = order_states.touch(common.key, product=common.product, finished=True)
        OrderHeader.objects.filter(pk=order.pk).update(status=OrderStatus.FINISHED)
        gl_entry_ids: list[int] = []
        if common.setups.costing.finish_order_without_output and not _has_output(order):
            gl_entry_ids = closing_out.close_out(
                state_id, setup=common.setups.costing, context=context, user_id=user_id
            )
        if common.product.is_running:
            order_adjustment.settle_finished(
                state_id,
                item_id=common.product.id,
                setups=common.setups,
                on=posting_date,
                user_id=user_id,
                context=context,
            )
        making.adjust(common)
        documents = ((making.DOCUMENT_TYPES[OrderType.PRODUCTION].value, order.no),)
        return PostingResult(0, documents, (), (), tuple(gl_entry_ids))


def _has_output(order: OrderHeader) -> bool:
    made = ItemLedgerEntry.objects.filter(entry_type=Entry.OUTPUT, order_type=order.type, order_no=order.no)
    return sum(made.values_list("quantity", flat=True), Decimal(0)) > 0
