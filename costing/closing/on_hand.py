"""Manual adjustments of items settled at close: what a close left open, or one receipt before its close.

    after FIFO: 1 of P1 at 10.00 and 1 of P2 at 13.00 are open; to 15.00 each: +5.00 and +2.00, dated to the close

What is settled keeps its cost, and so do its issues. What is open passes the new cost on at the next close.
Source: adjust-hand-inventory-cost-values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base import locks
from config.base.amounts import from_e5, round_div, to_e5
from config.base.errors import DomainError, ErrorCode
from config.base.transactions import PostingContext, posting
from costing import checks
from costing.closing import loading, storing, vouchers
from costing.closing.loading import ItemBooks
from costing.closing.planning import Change
from costing.engine.shares import share_amount_e5
from costing.enums import CloseKind, RunState
from costing.models import ClosePlanLine, ClosingTransfer, InventoryClose, ValueEntry
from costing.setups import Setups
from inventory.entry_writing import write_register
from inventory.enums import CostingMethod, SettleAt
from inventory.models import ItemLedgerEntry

SOURCE_CODE = "INVTCLOSE"
PERPETUAL = (CostingMethod.STANDARD, CostingMethod.MOVING_AVERAGE)


class NoClose(DomainError):
    """There is no completed close whose open quantities could be adjusted."""

    code = ErrorCode.INVALID_INPUT


class Settled(DomainError):
    code = ErrorCode.ALREADY_APPLIED


@dataclass(frozen=True, slots=True)
class NewValue:
    """What is on hand is to be worth: a unit cost, or an amount for all of it."""

    unit_cost: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OpenPart:
    """What is open of a receipt or of a closing transfer; the value entry that an adjustment is copied from."""

    entry_id: int
    value_id: int
    quantity_e5: int
    cost_e5: int
    transfer_id: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedValue:
    """A part and what would be added to its cost."""

    entry_id: int
    quantity: Decimal
    cost: Decimal
    change: Decimal


def adjust_on_hand(
    *, item_id: int, new: NewValue, on: date | None = None, location_id: int | None = None, user_id: int | None = None
) -> InventoryClose:
    """Revalue the open quantities of an item's receipts as of the last close, on its date.

    `location_id` limits it to a place, where each place is a pool. Raises: NoClose; DomainError for a wrong date.
    """
    with posting(alone=True) as context:
        last = _last_close(on)
        locks.lock_items([item_id])
        setups = Setups.at(last.closing_date)
        parts = _parts_left_open(item_id, last, location_id, setups)
        adjustment = InventoryClose.objects.create(
            kind=CloseKind.MANUAL_ADJUSTMENT,
            closing_date=last.closing_date,
            state=RunState.DONE,
            of_close=last,
            item_ids=[item_id],
            user_id=user_id,
            created_at=context.created_at,
            finished_at=timezone.now(),
        )
        _store(adjustment, item_id, _changes(parts, new, setups.precision_e5), setups, context, user_id)
    adjustment.refresh_from_db()
    return adjustment


def plan_on_hand(*, item_id: int, new: NewValue, location_id: int | None = None) -> list[PlannedValue]:
    """Return what `adjust_on_hand` would change, part by part; nothing is locked. Raises: NoClose."""
    last = _last_close(None)
    setups = Setups.at(last.closing_date)
    parts = _parts_left_open(item_id, last, location_id, setups)
    return _planned(parts, new, setups)


def plan_receipt(*, entry_id: int, on: date, new: NewValue) -> list[PlannedValue]:
    """Return what `adjust_receipt` would change; nothing is locked. Raises: as it does."""
    setups = Setups.at(on)
    checks.check_dates([on], setup=setups.costing)
    return _planned([_whole_receipt(_receipt(entry_id))], new, setups)


def _planned(parts: Sequence[OpenPart], new: NewValue, setups: Setups) -> list[PlannedValue]:
    changes = dict(_changes(parts, new, setups.precision_e5))
    return [
        PlannedValue(part.entry_id, from_e5(part.quantity_e5), from_e5(part.cost_e5), from_e5(changes.get(part, 0)))
        for part in parts
    ]


def _last_close(on: date | None) -> InventoryClose:
    """The close whose open quantities are adjusted. Raises: NoClose where there is none, or `on` is another date."""
    standing = InventoryClose.objects.filter(kind=CloseKind.CLOSE, state=RunState.DONE, rehearsal=False)
    last = standing.order_by("-closing_date").first()
    if last is None:
        raise NoClose(_("There is no completed inventory close. Close first, or adjust single receipts."))
    if on is not None and on != last.closing_date:
        raise NoClose(
            _("An on-hand adjustment is dated to the last close, %(date)s. Use that date.")
            % {"date": last.closing_date}
        )
    return last


def _parts_left_open(item_id: int, last: InventoryClose, location_id: int | None, setups: Setups) -> list[OpenPart]:
    parts = _open_parts(item_id, last.closing_date, location_id, setups)
    if not parts:
        message = _("Nothing of the item was left open by the close of %(date)s.")
        raise NoClose(message % {"date": last.closing_date})
    return parts


def _receipt(entry_id: int) -> ItemLedgerEntry:
    receipts = ItemLedgerEntry.objects.filter(pk=entry_id, quantity__gt=0).select_related("item__item_model_group")
    entry = receipts.first()
    if entry is None:
        raise DomainError(_("There is no such receipt."), code=ErrorCode.NOT_FOUND)
    group = entry.item.item_model_group
    if group.settle_at != SettleAt.CLOSE or group.costing_method in PERPETUAL:
        message = _("Item %(item)s is not settled at the inventory close. Use the revaluation journal.")
        raise DomainError(message % {"item": entry.item.no})
    return entry


def _whole_receipt(entry: ItemLedgerEntry) -> OpenPart:
    """All of a receipt that no close has settled. Raises: Settled."""
    if entry.remaining_quantity != entry.quantity:
        raise Settled(
            _("Receipt %(entry)s is settled by a close. Reverse the close, or adjust what is on hand.")
            % {"entry": entry.pk}
        )
    values = list(ValueEntry.objects.filter(item_ledger_entry=entry).order_by("pk"))
    cost_e5 = sum(to_e5(value.cost_amount_actual) for value in values)
    return OpenPart(entry.pk, values[0].pk, to_e5(entry.quantity), cost_e5)


def adjust_receipt(*, entry_id: int, on: date, new: NewValue, user_id: int | None = None) -> InventoryClose:
    """Give a receipt that no close has settled another cost, on any open date.

    Raises: Settled; BeforeCloseDate and the like for the date.
    """
    with posting() as context:
        entry = _receipt(entry_id)
        locks.lock_items([entry.item_id])
        entry.refresh_from_db()
        setups = Setups.at(on)
        checks.check_dates([on], setup=setups.costing)
        part = _whole_receipt(entry)
        adjustment = InventoryClose.objects.create(
            kind=CloseKind.RECEIPT_ADJUSTMENT,
            closing_date=on,
            state=RunState.DONE,
            item_ids=[entry.item_id],
            user_id=user_id,
            created_at=context.created_at,
            finished_at=timezone.now(),
        )
        _store(adjustment, entry.item_id, _changes([part], new, setups.precision_e5), setups, context, user_id)
    adjustment.refresh_from_db()
    return adjustment


def _open_parts(item_id: int, on: date, location_id: int | None, setups: Setups) -> list[OpenPart]:
    found = loading.load(on=on, item_ids=[item_id], by_place=setups.periods.is_by_place(on))
    if not found:
        return []
    books = found[0]
    parts = [
        OpenPart(entry.id, entry.value_id, entry.financial_open_e5, entry.actual_e5 - entry.settled_cost_e5)
        for entry in books.entries
        if not entry.is_issue and entry.financial_open_e5 and location_id in (None, entry.place[2])
    ]
    for transfer in books.transfers:
        if location_id in (None, transfer.place[2]):
            entry_id, value_id = _carrier(books, transfer.place)
            parts.append(OpenPart(entry_id, value_id, transfer.quantity_e5, transfer.cost_e5, transfer.id))
    return parts


def _carrier(books: ItemBooks, place: tuple[int, int | None, int | None]) -> tuple[int, int]:
    """The entry that shows the adjustment of a closing transfer: the latest receipt that went into it."""
    inbound = ValueEntry.objects.filter(
        item_id=books.item_id,
        item_ledger_entry__settlements_as_receipt__issue_transfer__isnull=False,
        item_ledger_entry__quantity__gt=0,
        entry_type="direct_cost",
    )
    if place[1:] != (None, None):
        where: dict[str, Any] = {"variant_id": place[1], "location_id": place[2]}
        inbound = inbound.filter(**where)
    found = inbound.order_by("-item_ledger_entry_id", "pk").first()
    assert found is not None and found.item_ledger_entry_id is not None
    return found.item_ledger_entry_id, found.pk


def _changes(parts: Sequence[OpenPart], new: NewValue, precision_e5: int) -> list[tuple[OpenPart, int]]:
    """What is added to each part; an amount is spread by quantity, the last part takes the rest."""
    changes = []
    left_e5 = to_e5(new.amount or Decimal(0))
    quantity_e5 = sum(part.quantity_e5 for part in parts)
    for part in parts:
        if new.unit_cost is not None:
            unit_e5 = part.quantity_e5 * to_e5(new.unit_cost)
            worth_e5 = round_div(unit_e5, 100_000 * precision_e5) * precision_e5
        else:
            worth_e5 = share_amount_e5(left_e5, part.quantity_e5, quantity_e5, precision_e5)
            left_e5, quantity_e5 = left_e5 - worth_e5, quantity_e5 - part.quantity_e5
        changes.append((part, worth_e5 - part.cost_e5))
    return [(part, change_e5) for part, change_e5 in changes if change_e5]


def _store(
    run: InventoryClose,
    item_id: int,
    changes: Sequence[tuple[OpenPart, int]],
    setups: Setups,
    context: PostingContext,
    user_id: int | None,
) -> None:
    no = storing.document_no(run)
    register_id = write_register(
        source_code=SOURCE_CODE, document_no=no, user_id=user_id, created_at=context.created_at
    )
    storing.write_changes(
        [Change(item_id, part.entry_id, part.value_id, change_e5, 0) for part, change_e5 in changes],
        on=run.closing_date,
        document_no=no,
        register_id=register_id,
        context=context,
        user_id=user_id,
        revaluation=True,
    )
    for part, change_e5 in changes:
        if part.transfer_id is not None:
            moved = ClosingTransfer.objects.filter(pk=part.transfer_id)
            moved.update(amount=F("amount") + from_e5(change_e5))
    ClosePlanLine.objects.bulk_create(
        ClosePlanLine(
            close=run,
            item_id=item_id,
            receipt_id=part.entry_id,
            quantity=from_e5(part.quantity_e5),
            amount=from_e5(change_e5),
            details={"transfer": part.transfer_id} if part.transfer_id else {},
        )
        for part, change_e5 in changes
    )
    voucher_id = vouchers.post(register_id, setups=setups, update_ledger=True, context=context, user_id=user_id)
    InventoryClose.objects.filter(pk=run.pk).update(register_id=register_id, voucher_id=voucher_id)
