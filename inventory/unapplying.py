"""Taking applications apart and putting entries together by hand: the quantity part of the application worksheet.

    receipts R1 10, R2 10; a sale of 4 took R1     unapply: R1 has 10 left, the sale is open with 4
                                                   apply to R2: R2 has 6 left, and the sale is fixed to it

Unapplying a return from the sale that it reverses gives it a record of its own again: it is a cost source like a
receipt. Cancelled applications stay on record. What the chosen entries allow decides between the two ways to apply:
both have something left, or the inbound is a source of cost by nature -> the quantity is applied; else the inbound
takes its cost from the outbound.
Source: finance-how-to-remove-and-reapply-item-entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from config.base import bulk
from config.base.amounts import from_e5
from config.base.errors import DomainError, ErrorCode, raise_problems
from inventory import entry_writing, fixed_application, movement_checks, worksheet_sessions
from inventory import stock as stock_reader
from inventory.application import InsufficientQuantity, Stock, StockEntry, may_meet
from inventory.cost_flow import CostFlow
from inventory.enums import ItemLedgerEntryType
from inventory.models import ApplicationWorksheet, ItemApplicationEntry, ItemLedgerEntry
from inventory.movements import Displaced, Plan
from inventory.stock import ItemFacts

COST_SOURCES = frozenset(
    {
        ItemLedgerEntryType.PURCHASE,
        ItemLedgerEntryType.POSITIVE_ADJMT,
        ItemLedgerEntryType.OUTPUT,
        ItemLedgerEntryType.ASSEMBLY_OUTPUT,
    }
)
"""Inbound entries that have a cost of their own and never take an outbound's."""


class MayNotBeUnapplied(DomainError):
    code = ErrorCode.APPLICATION_MISMATCH


class DoNotMatch(DomainError):
    code = ErrorCode.APPLICATION_MISMATCH


class AlreadyApplied(DomainError):
    code = ErrorCode.ALREADY_APPLIED


class ReturnsTooMuch(DomainError):
    code = ErrorCode.QUANTITY_EXCEEDS_SOURCE


@dataclass(frozen=True, slots=True)
class Pair:
    """An inbound and an outbound entry that are to be applied to each other."""

    inbound: StockEntry
    outbound: StockEntry
    item: ItemFacts


def check_may_be_unapplied(link: ItemApplicationEntry) -> None:
    """Refuse links that other rules depend on: transfers, corrections, drop shipments.

    Raises: MayNotBeUnapplied.
    """
    inbound, outbound = link.inbound_item_entry, link.outbound_item_entry
    if link.cancelled_by_id is not None or outbound is None:
        raise MayNotBeUnapplied(_("These entries are not applied to each other any more. Load the list again."))
    words = {"inbound": inbound.pk, "outbound": outbound.pk}
    if link.transferred_from_entry_id is not None or outbound.entry_type == ItemLedgerEntryType.TRANSFER:
        raise MayNotBeUnapplied(
            _("Entry %(outbound)s is a transfer, which stays applied to %(inbound)s. Transfer the goods back.") % words
        )
    if inbound.correction or outbound.correction:
        raise MayNotBeUnapplied(
            _("One of the entries %(inbound)s and %(outbound)s takes a posting back, and stays applied to it.") % words
        )
    if inbound.drop_shipment and outbound.drop_shipment:
        raise MayNotBeUnapplied(
            _("Entries %(inbound)s and %(outbound)s are a drop shipment, and stay applied to each other.") % words
        )


def unapply(link: ItemApplicationEntry, session: ApplicationWorksheet, *, at: datetime) -> list[int]:
    """Cancel an application; returns the entries of both sides. Checked before: `check_may_be_unapplied`."""
    outbound_id = link.outbound_item_entry_id
    assert outbound_id is not None
    sides = [link.inbound_item_entry_id, outbound_id]
    worksheet_sessions.touch(session, sides)
    ItemApplicationEntry.objects.filter(pk=link.pk).update(cancelled_by=session.register_id)
    if link.is_cost_link:
        _write_record(link.inbound_item_entry, None, session, at)
        worksheet_sessions.shift_not_returned(outbound_id, -link.quantity)
    fixed = ItemLedgerEntry.objects.filter(pk__in=sides, applies_to_entry_id__in=sides)
    fixed.update(applies_to_entry=None)
    worksheet_sessions.refresh_progress(sides)
    return sides


def check_pair(one_id: int, other_id: int) -> Pair:
    """Return two entries as what they are to each other. Raises: DoNotMatch where they can never be applied."""
    found = {entry.pk: entry for entry in ItemLedgerEntry.objects.filter(pk__in=[one_id, other_id])}
    facts = stock_reader.item_facts({entry.item_id for entry in found.values()}, unapplied_too=True)
    entries = sorted(stock_reader.stock_entries(list(found), facts).values(), key=lambda entry: entry.quantity_e5)
    words = {"one": one_id, "other": other_id}
    if len(entries) != 2 or entries[0].quantity_e5 >= 0 or entries[1].quantity_e5 <= 0:
        raise DoNotMatch(_("Entries %(one)s and %(other)s are not one inbound and one outbound entry.") % words)
    outbound, inbound = entries
    if outbound.place[:2] != inbound.place[:2] or not may_meet(outbound, inbound):
        raise DoNotMatch(
            _("Entries %(one)s and %(other)s are not of the same item, variant, lot and serial number.") % words
        )
    if outbound.correction or inbound.correction:
        raise DoNotMatch(
            _("One of the entries %(one)s and %(other)s takes a posting back. Choose another entry.") % words
        )
    return Pair(inbound, outbound, facts[outbound.place[0]])


def apply(pair: Pair, session: ApplicationWorksheet, *, at: datetime) -> list[int]:
    """Apply two entries to each other; returns both.

    Raises: AlreadyApplied, DoNotMatch, InsufficientQuantity, ReturnsTooMuch; then nothing is to be kept.
    """
    both_left = pair.inbound.remaining_e5 and pair.outbound.remaining_e5
    worksheet_sessions.touch(session, [pair.inbound.key, pair.outbound.key])
    if both_left:
        _apply_quantity(pair, session, at)
    elif pair.inbound.entry_type in COST_SOURCES or pair.inbound.entry_type == ItemLedgerEntryType.TRANSFER:
        spent = pair.outbound.key if not pair.outbound.remaining_e5 else pair.inbound.key
        raise AlreadyApplied(
            _("Entry %(entry)s of %(item)s has nothing left to apply. Unapply it first.")
            % {"entry": spent, "item": pair.item.no}
        )
    else:
        _apply_cost(pair, session, at)
    worksheet_sessions.refresh_progress([pair.inbound.key, pair.outbound.key])
    return [pair.inbound.key, pair.outbound.key]


def _apply_quantity(pair: Pair, session: ApplicationWorksheet, at: datetime) -> None:
    inbound, outbound = pair.inbound, pair.outbound
    words = {"inbound": inbound.key, "outbound": outbound.key, "item": pair.item.no}
    if inbound.place != outbound.place:
        raise DoNotMatch(_("Entries %(inbound)s and %(outbound)s of %(item)s lie at different locations.") % words)
    if outbound.average and outbound.remaining_e5 != outbound.quantity_e5:
        raise DoNotMatch(
            _("Part of entry %(outbound)s is applied. An issue at average cost is fixed as a whole: unapply the rest.")
            % words
        )
    outbound.applies_to_key = inbound.key
    planned = Plan([], Stock.of([inbound, outbound]), {})
    planned.displaced[outbound.key] = Displaced(outbound, pair.item)
    try:
        fixed_application.reapply(planned, CostFlow(planned))
    except InsufficientQuantity as error:
        raise InsufficientQuantity(
            _("Entry %(inbound)s of %(item)s has %(left)s left, entry %(outbound)s needs %(needed)s.")
            % {
                **words,
                "left": movement_checks.text(inbound.remaining_e5),
                "needed": movement_checks.text(-outbound.remaining_e5),
            }
        ) from error
    if not planned.displaced[outbound.key].links:
        raise DoNotMatch(_("Entry %(inbound)s has its cost from entry %(outbound)s, and cannot feed it.") % words)
    _write(planned, session, at)
    ItemLedgerEntry.objects.filter(pk=outbound.key).update(applies_to_entry=inbound.key)


def _apply_cost(pair: Pair, session: ApplicationWorksheet, at: datetime) -> None:
    """Let an inbound take its cost from an outbound, as a return does that names it."""
    inbound, outbound = pair.inbound, pair.outbound
    words = {"inbound": inbound.key, "outbound": outbound.key, "item": pair.item.no}
    record = ItemApplicationEntry.objects.active().get(item_ledger_entry=inbound.key, inbound_item_entry=inbound.key)
    if not record.is_own_record:
        raise AlreadyApplied(_("Entry %(inbound)s has its cost from another entry. Unapply it first.") % words)
    planned = Plan([], Stock(), {})
    if outbound.entry_type == ItemLedgerEntryType.TRANSFER or CostFlow(planned).closes_cycle(inbound.key, outbound.key):
        raise DoNotMatch(_("Entry %(outbound)s cannot give its cost to entry %(inbound)s.") % words)
    if inbound.quantity_e5 > -outbound.not_returned_e5:
        raise ReturnsTooMuch(
            _("Entry %(inbound)s brings back more of %(item)s than entry %(outbound)s has not returned yet.") % words
        )
    ItemApplicationEntry.objects.filter(pk=record.pk).update(cancelled_by=session.register_id)
    entry = ItemLedgerEntry.objects.get(pk=inbound.key)
    _write_record(entry, outbound.key, session, at)
    worksheet_sessions.shift_not_returned(outbound.key, from_e5(inbound.quantity_e5))


def reapply_touched(session: ApplicationWorksheet, *, prevent_negative: bool, at: datetime) -> list[int]:
    """Apply what the session left open again, by the ordinary rules; returns the entries that were linked.

    Raises: DomainError naming entries that may not stay open.
    """
    facts = stock_reader.item_facts([session.item_id], unapplied_too=True)
    item = facts[session.item_id]
    touched = set(worksheet_sessions.touched_ids(session))
    stock = stock_reader.open_stock(facts)
    planned = Plan([], stock, {})
    for entries in stock.open_entries.values():
        anew = any(entry.key in touched for entry in entries if entry.quantity_e5 > 0)
        for entry in entries:
            if entry.quantity_e5 < 0 and (anew or entry.key in touched):
                planned.displaced[entry.key] = Displaced(entry, item)
    fixed_application.reapply(planned, CostFlow(planned))
    linked = _write(planned, session, at)
    planned.displaced = {key: each for key, each in planned.displaced.items() if key in touched}
    raise_problems(movement_checks.negative_problems(planned, prevent_negative=prevent_negative))
    return linked


def _write(planned: Plan, session: ApplicationWorksheet, at: datetime) -> list[int]:
    """Write the links of displaced outbounds under the session's register; returns the entries on both sides."""
    links = [link for displaced in planned.displaced.values() for link in displaced.links]
    sides = sorted({key for link in links for key in (link.inbound_key, link.outbound_key) if key is not None})
    worksheet_sessions.touch(session, sides)
    entry_writing.write(planned, document_nos={}, register_id=session.register_id, created_at=at)
    worksheet_sessions.refresh_progress(sides)
    return sides


def _write_record(
    inbound: ItemLedgerEntry, outbound_id: int | None, session: ApplicationWorksheet, at: datetime
) -> None:
    """Write an inbound's own record, or the one that names the outbound it takes its cost from."""
    bulk.insert(
        ItemApplicationEntry,
        [
            {
                "item_ledger_entry_id": inbound.pk,
                "inbound_item_entry_id": inbound.pk,
                "outbound_item_entry_id": outbound_id,
                "transferred_from_entry_id": None,
                "quantity": inbound.quantity,
                "posting_date": inbound.posting_date,
                "cost_application": True,
                "register_id": session.register_id,
                "created_at": at,
            }
        ],
    )
