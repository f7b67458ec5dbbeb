"""Undoing a posted assembly: everything goes back the way it came.

The output leaves again, applied to itself, with its direct cost, overhead and variances each taken back; the components
come back at exactly what they left with; work is reversed. The order can be assembled again.
Source: design-details-assembly-order-posting.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from config.base.amounts import to_e5
from config.base.errors import DomainError, ErrorCode
from config.base.transactions import posting
from costing.enums import ValueEntryType
from costing.models import ValueEntry
from costing.posting import capacity, making
from costing.posting.capacity import Work
from costing.posting.making import Posting
from costing.posting.results import PostingResult
from costing.posting.stock import StockPosting
from costing.value_posting import CostedLine
from inventory.enums import ItemLedgerEntryType, OrderStatus, OrderType
from inventory.locks import lock_order
from inventory.models import CapacityLedgerEntry, ItemLedgerEntry, OrderHeader
from inventory.movements import Movement

Entry = ItemLedgerEntryType


class AlreadyUndone(DomainError):
    code = ErrorCode.ALREADY_POSTED


def undo_assembly(
    *, output_entry_id: int, posting_date: date, user_id: int | None, preview: bool = False
) -> PostingResult:
    """Undo the posting of an assembly order that made an output entry.

    Raises: DomainError where it is undone already, or where some of the output is used elsewhere.
    """
    with posting(preview=preview) as context:
        output = _output(output_entry_id)
        order = _order_of(output)
        entries = _entries_of(output)
        if any(entry.correction for entry in entries):
            raise AlreadyUndone(_("Assembly %(no)s is undone already.") % {"no": output.order_no})
        common = making.begin(
            order,
            item_ids=[entry.item_id for entry in entries],
            line_no=output.order_line_no,
            posting_date=posting_date,
            context=context,
            user_id=user_id,
        )
        lines = [_reversed(common, number, entry) for number, entry in enumerate(entries, 1)]
        prepared = making.prepare(common, lines, [])
        _mirror(prepared, output)
        _reverse_work(common, prepared, len(lines))
        written, stored = making.write(common, prepared, finished=True)
        OrderHeader.objects.filter(pk=order.pk).update(
            quantity_finished=F("quantity_finished") - output.quantity, status=OrderStatus.RELEASED
        )
        return making.end(common, prepared, written, stored, lines)


def _output(entry_id: int) -> ItemLedgerEntry:
    found = ItemLedgerEntry.objects.filter(pk=entry_id, entry_type=Entry.ASSEMBLY_OUTPUT, quantity__gt=0).first()
    if found is None:
        raise DomainError(_("Entry %(entry)s is no output of an assembly.") % {"entry": entry_id})
    return found


def _order_of(output: ItemLedgerEntry) -> OrderHeader:
    order_id = OrderHeader.objects.values_list("pk", flat=True).get(no=output.order_no, type=OrderType.ASSEMBLY)
    return lock_order(order_id)


def _entries_of(output: ItemLedgerEntry) -> list[ItemLedgerEntry]:
    """The output and what it was made of, the output first: it must leave before anything comes back."""
    entries = ItemLedgerEntry.objects.filter(
        order_type=output.order_type, order_no=output.order_no, order_line_no=output.order_line_no
    )
    return sorted(entries, key=lambda entry: (entry.entry_type != Entry.ASSEMBLY_OUTPUT, entry.pk))


def _reversed(common: Posting, number: int, entry: ItemLedgerEntry) -> CostedLine:
    item = common.facts[entry.item_id]
    is_output = entry.entry_type == Entry.ASSEMBLY_OUTPUT
    movement = Movement(
        origin=common.origin(number, item),
        item=item,
        entry_type=entry.entry_type,
        quantity_e5=-to_e5(entry.quantity),
        location_id=entry.location_id,
        variant_id=entry.variant_id,
        applies_to_key=entry.pk if is_output else None,
        applies_from_key=None if is_output or not item.is_inventory else entry.pk,
        lot_no=entry.lot_no,
        serial_no=entry.serial_no,
        expiration_date=entry.expiration_date,
        correction=True,
    )
    return CostedLine(movement)


def _mirror(prepared: StockPosting, output: ItemLedgerEntry) -> None:
    """Take back overhead and variances of the output by themselves, all else as direct cost."""
    (leaving,) = [entry for entry in prepared.plan.entries if entry.movement.entry_type == Entry.ASSEMBLY_OUTPUT]
    draft = making.draft_of(prepared, leaving)
    apart = (
        ValueEntry.objects.filter(
            item_ledger_entry=output, entry_type__in=(ValueEntryType.INDIRECT_COST, ValueEntryType.VARIANCE)
        )
        .values("entry_type", "variance_type")
        .annotate(amount=Sum("cost_amount_actual"))
        .order_by("entry_type", "variance_type")
    )
    further = [
        making.beside(
            draft,
            entry_type=row["entry_type"],
            variance_type=row["variance_type"],
            amount_e5=-to_e5(row["amount"]),
        )
        for row in apart
        if row["amount"]
    ]
    draft.actual_e5 -= sum(each.actual_e5 for each in further)
    position = prepared.drafts.index(draft) + 1
    prepared.drafts[position:position] = further


def _reverse_work(common: Posting, prepared: StockPosting, lines: int) -> None:
    used = list(
        CapacityLedgerEntry.objects.filter(
            order_type=common.key.type, order_no=common.key.no, order_line_no=common.key.line_no
        ).order_by("pk")
    )
    prepared.capacity = capacity.plan(
        [_reversed_work(entry) for entry in used],
        origins=[common.origin(lines + number, common.product) for number, _entry in enumerate(used, 1)],
        product=common.product,
        location_id=common.order.location_id,
        cost_includes_setup=common.setups.costing.cost_includes_setup,
        precision_e5=common.setups.precision_e5,
    )
    prepared.drafts += [draft for use in prepared.capacity for draft in use.drafts]


def _reversed_work(entry: CapacityLedgerEntry) -> Work:
    amounts = dict(
        entry.value_entries.values("entry_type")
        .annotate(amount=Sum("cost_amount_actual"))
        .values_list("entry_type", "amount")
    )
    return Work(
        work_centre_id=entry.work_centre_id,
        setup_time=-entry.setup_time,
        run_time=-entry.run_time,
        output_quantity=-entry.output_quantity,
        scrap_quantity=-entry.scrap_quantity,
        amount=-amounts.get(ValueEntryType.DIRECT_COST, Decimal(0)),
        overhead_amount=-amounts.get(ValueEntryType.INDIRECT_COST, Decimal(0)),
        subcontracted=entry.subcontracted,
    )
