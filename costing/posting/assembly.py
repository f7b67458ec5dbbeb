"""Posting assembly orders: components and work in, the assembled item out at what they cost.

The order, or a part of it, is one posting; each posting is settled by itself. The output carries actual cost at once.
Source: design-details-assembly-order-posting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext as _

from config.base.amounts import from_e5, round_div, to_e5
from config.base.errors import DomainError, ErrorCode
from config.base.transactions import posting
from costing import order_storing
from costing.engine import orders as engine
from costing.engine.orders import Element, Order, Output, OutputValue, Shares, Source, SourcePart, Use
from costing.enums import VarianceType
from costing.models import InventoryAdjmtEntryOrder
from costing.order_loading import ELEMENTS
from costing.posting import making
from costing.posting.capacity import Work
from costing.posting.making import Goods, Posting
from costing.posting.results import PostingResult
from costing.posting.stock import StockPosting
from costing.value_posting import CostedLine, ValueDraft, note_running, price_difference
from costing.value_storing import StoredValues
from inventory import orders
from inventory.checks import text_of
from inventory.enums import ItemLedgerEntryType, OrderStatus, OrderType
from inventory.locks import lock_order
from inventory.models import DocumentLine, Item, OrderComponent, OrderHeader
from inventory.movements import PlannedEntry, Written

Entry = ItemLedgerEntryType


def post_assembly(
    *,
    order_id: int,
    posting_date: date,
    quantity: Decimal | None = None,
    used: Sequence[Goods] | None = None,
    works: Sequence[Work] | None = None,
    output: Goods | None = None,
    user_id: int | None,
    preview: bool = False,
) -> PostingResult:
    """Post an assembly order, or a part of it: components leave, work is done, the item enters at their cost.

    The output is the last of the item ledger entries of the result.

    Args:
        quantity: what is assembled now; None for all that is left.
        used: components; None for those of the order, in proportion to the quantity.
        works: work done; None for that of the order, likewise.
        output: lot, serial number and place of what is made, where they are not the order's.

    Raises: DomainError naming every faulty line; then nothing is written.
    """
    with posting(preview=preview) as context:
        order = _open_order(order_id)
        left = order.quantity - order.quantity_finished
        made = left if quantity is None else quantity
        _check_quantity(order, made, left)
        used = _components(order, made) if used is None else used
        works = _work(order, made) if works is None else works
        common = making.begin(
            order,
            item_ids=[line.item_id for line in used],
            line_no=_next_posting(order),
            posting_date=posting_date,
            context=context,
            user_id=user_id,
        )
        goods = _output(order, made, output)
        making.check(common, [*used, goods], works)
        lines = _lines(common, used, goods)
        prepared = making.prepare(common, lines, works)
        values = _carry_cost(common, prepared)
        written, stored = making.write(common, prepared, finished=True)
        _record_sources(prepared, values, written, stored)
        _progress(order, made, left, output_id=written.entry_id(values[0].output_key))
        return making.end(common, prepared, written, stored, lines)


def _open_order(order_id: int) -> OrderHeader:
    order = lock_order(order_id)
    if order.type != OrderType.ASSEMBLY:
        raise DomainError(_("%(no)s is no assembly order.") % {"no": order.no}, code=ErrorCode.INVALID_INPUT)
    orders.check_not_finished(order)
    return order


def _check_quantity(order: OrderHeader, made: Decimal, left: Decimal) -> None:
    words = {"no": order.no, "made": text_of(made), "left": text_of(left)}
    if made <= 0:
        raise DomainError(_("The quantity to assemble on %(no)s must be more than 0.") % words)
    if made > left:
        raise DomainError(
            _("%(made)s to assemble on %(no)s, but only %(left)s is left. Assemble less, or make another order.")
            % words,
            code=ErrorCode.QUANTITY_EXCEEDS_SOURCE,
        )


def _next_posting(order: OrderHeader) -> int:
    """Each posting of an order has a cost state of its own."""
    return InventoryAdjmtEntryOrder.objects.filter(order_type=order.type, order_no=order.no).count() + 1


def _lines(common: Posting, used: Sequence[Goods], output: Goods) -> list[CostedLine]:
    lines = [
        making.costed(common, number, line, entry_type=Entry.ASSEMBLY_CONSUMPTION, inbound=False, invoiced=True)
        for number, line in enumerate(used, 1)
    ]
    number = len(lines) + 1
    return [
        *lines,
        making.costed(common, number, output, entry_type=Entry.ASSEMBLY_OUTPUT, inbound=True, invoiced=True),
    ]


def _components(order: OrderHeader, made: Decimal) -> list[Goods]:
    return [
        Goods(
            item_id=component.item_id,
            quantity=from_e5(round_div(to_e5(component.quantity_per) * to_e5(made), 100_000)),
            location_id=component.location_id,
        )
        for component in OrderComponent.objects.filter(order=order).order_by("line_no")
        if component.item_id is not None
    ]


def _work(order: OrderHeader, made: Decimal) -> list[Work]:
    return [
        Work(
            work_centre_id=component.work_centre_id,
            run_time=from_e5(round_div(to_e5(component.quantity_per) * to_e5(made), 100_000)),
            output_quantity=made,
        )
        for component in OrderComponent.objects.filter(order=order).order_by("line_no")
        if component.work_centre_id is not None
    ]


def _output(order: OrderHeader, made: Decimal, given: Goods | None) -> Goods:
    if given is not None:
        return replace(given, item_id=order.item_id, quantity=made)
    return Goods(order.item_id, made, location_id=order.location_id, variant_id=order.variant_id)


def _carry_cost(common: Posting, prepared: StockPosting) -> list[OutputValue]:
    """Let the planned output carry what its components and work cost, as far as it is known now."""
    (made,) = [entry for entry in prepared.plan.entries if entry.movement.entry_type == Entry.ASSEMBLY_OUTPUT]
    settled = engine.settle(_order(common, prepared, made), precision_e5=common.setups.precision_e5)
    assert settled is not None
    draft = making.draft_of(prepared, made)
    if common.product.is_moving_average:
        _take_out_of_average(prepared, made)
    for value in settled.values:
        entry_type, variance_type = ELEMENTS[value.element]
        if value.element == Element.DIRECT:
            draft.actual_e5 = value.amount_e5
        else:
            further = making.beside(
                draft, entry_type=entry_type, variance_type=variance_type, amount_e5=value.amount_e5
            )
            prepared.drafts.insert(prepared.drafts.index(draft) + value.element, further)
    total_e5 = sum(value.amount_e5 for value in settled.values)
    if common.product.is_moving_average:
        total_e5 = _take_into_average(prepared, made, total_e5)
    prepared.book.entries[made.key].source.cost_e5 = total_e5
    return settled.values


def _take_out_of_average(prepared: StockPosting, made: PlannedEntry) -> None:
    """Forget the output of a moving average item as it was drafted: at the card's unit cost, before its parts had a
    price."""
    drafted = _drafts_of(prepared, made)
    note_running(drafted, prepared.book, taken_back=True)
    for each in drafted:
        if each.variance_type == VarianceType.PRICE_DIFFERENCE:
            prepared.drafts.remove(each)


def _take_into_average(prepared: StockPosting, made: PlannedEntry, cost_e5: int) -> int:
    """Return what of its cost a moving average item brings into stock; the rest is price difference."""
    *_others, last = drafted = _drafts_of(prepared, made)
    kept_e5 = prepared.book.running.received_e5(
        made.movement.item, made.stock.place, made.quantity_e5, cost_e5, last.valuation_date
    )
    beside = price_difference(drafted[0], kept_e5 - cost_e5)
    after = prepared.drafts.index(last) + 1
    prepared.drafts[after:after] = beside
    note_running([*drafted, *beside], prepared.book)
    return kept_e5


def _drafts_of(prepared: StockPosting, made: PlannedEntry) -> list[ValueDraft]:
    return [draft for draft in prepared.drafts if draft.entry_key == made.key and not draft.is_capacity]


def _order(common: Posting, prepared: StockPosting, made: PlannedEntry) -> Order:
    materials = [
        Source((False, entry.key), Use.MATERIAL, -entry.quantity_e5, -making.draft_of(prepared, entry).actual_e5)
        for entry in making.consumed(prepared)
        if entry.movement.item.is_inventory
    ]
    product = common.product
    return Order(
        sources=[*materials, *(use.source(-number) for number, use in enumerate(prepared.capacity, 1))],
        outputs=[Output(made.key, made.quantity_e5)],
        indirect_cost_percent_e5=product.indirect_cost_percent_e5,
        overhead_rate_e5=product.overhead_rate_e5,
        standard=_standard_shares(common, made) if product.is_standard else None,
        value_zero=product.inventory_value_zero,
    )


def _standard_shares(common: Posting, made: PlannedEntry) -> Shares:
    """The standard cost of one unit by share; what is in no share is material.

    Where averages are taken by place, a stockkeeping unit with another standard than the card: all of it is material.
    """
    product, place = common.product, made.stock.place
    if common.setups.is_by_place() and product.standard_cost_at(place) != product.standard_cost_e5:
        return Shares(product.standard_cost_at(place))
    item = Item.objects.get(pk=product.id)
    others = [
        to_e5(share)
        for share in (
            item.capacity_share,
            item.subcontracted_share,
            item.capacity_overhead_share,
            item.manufacturing_overhead_share,
        )
    ]
    return Shares(to_e5(item.standard_cost) - sum(others), *others)


def _record_sources(
    prepared: StockPosting, values: Sequence[OutputValue], written: Written, stored: StoredValues
) -> None:
    """Record what of the output's direct cost came from which component and which work."""
    direct = next(value for value in values if value.element == Element.DIRECT)
    position = next(
        number
        for number, draft in enumerate(prepared.drafts)
        if draft.entry_key == direct.output_key and not draft.is_capacity
    )
    parts = [
        SourcePart(
            (is_capacity, prepared.capacity[-key - 1].entry_id if is_capacity else written.entry_id(key)),
            part.quantity_e5,
            part.amount_e5,
        )
        for part in direct.sources
        for is_capacity, key in [part.key]
    ]
    order_storing.record_sources(
        [OutputValue(written.entry_id(direct.output_key), Element.DIRECT, direct.amount_e5, sources=parts)],
        [stored.value_entry_ids[position]],
        register_id=written.register_id,
        run_id=None,
    )


def _progress(order: OrderHeader, made: Decimal, left: Decimal, *, output_id: int) -> None:
    """Count what is assembled; what is assembled to order is sold from this very output."""
    OrderHeader.objects.filter(pk=order.pk).update(
        quantity_finished=F("quantity_finished") + made,
        status=OrderStatus.FINISHED if made == left else order.status,
    )
    if order.sales_line_id is not None:
        DocumentLine.objects.filter(pk=order.sales_line_id).update(applies_to_entry=output_id)
