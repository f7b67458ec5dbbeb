"""Posting journals: adjustments, transfers between locations, counts.

Every line is one movement; all lines of a journal are posted together or not at all.
Source: design-details-inventory-posting; inventory-how-count-adjust-reclassify.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from config.base import bulk, locks, numbering
from config.base.amounts import round_div, to_e5
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from config.base.transactions import PostingContext, posting
from costing import adjustment, checks
from costing.posting import stock
from costing.posting.results import PostingResult
from costing.setups import Setups
from costing.value_posting import CostedLine
from inventory import counts
from inventory import locks as inventory_locks
from inventory import posting as item_posting
from inventory import stock as stock_reader
from inventory.enums import CountStatus, DocumentType, ItemLedgerEntryType, JournalLineKind, PostedNumbers
from inventory.models import Count, CountLine, ItemJournalLine, PhysicalInventoryLedgerEntry
from inventory.posting import Arrival, Movement, Origin
from inventory.stock import ItemFacts

JOURNAL = "journal"


class EmptyJournal(DomainError):
    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class JournalTerms:
    """What a set of movements is posted as."""

    source_code: str
    series: str
    document_no: str
    document_types: tuple[str, ...]
    user_id: int | None
    preview: bool


def post_item_journal(*, lines: Sequence[ItemJournalLine], user_id: int | None, preview: bool = False) -> PostingResult:
    """Post adjustment and transfer lines. Saved lines are deleted once posted.

    A document number given on the first line is used; otherwise one is drawn from the item journal series.
    Raises: DomainError naming every faulty line; then nothing is written.
    """
    with posting(preview=preview) as context:
        return post_item_journal_within(context, lines=lines, user_id=user_id)


def post_item_journal_within(
    context: PostingContext, *, lines: Sequence[ItemJournalLine], user_id: int | None
) -> PostingResult:
    """As `post_item_journal`, inside the posting that a use case opened."""
    if not lines:
        raise EmptyJournal(_("The journal has no lines. Add the lines to post first."))
    item_ids = {line.item_id for line in lines}
    locks.lock_items(item_ids)
    facts = stock_reader.item_facts(item_ids)
    setups = Setups.at(max(line.posting_date for line in lines))
    _check_lines(lines, facts, location_mandatory=setups.inventory.location_mandatory)
    series = setups.series(PostedNumbers.ITEM_JOURNAL.value, {line.location_id for line in lines})
    terms = JournalTerms("ITEMJNL", series, lines[0].document_no, (), user_id, context.preview)
    costed = [_costed_line(line, facts[line.item_id], setups.precision_e5) for line in lines]
    result = post_movements(costed, setups=setups, terms=terms, context=context)
    ItemJournalLine.objects.filter(pk__in=[line.pk for line in lines if line.pk]).delete()
    return result


def post_movements(
    costed: Sequence[CostedLine], *, setups: Setups, terms: JournalTerms, context: PostingContext
) -> PostingResult:
    """Post movements that share one document number, inside the caller's transaction. The items are locked."""
    checks.check_dates([line.movement.origin.posting_date for line in costed], setup=setups.costing)
    prepared = stock.prepare(costed, setups=setups)
    stock.check_accounts(prepared)
    posting_date = max(line.movement.origin.posting_date for line in costed)
    document_no = terms.document_no or numbering.draw(terms.series, on=posting_date)[0]
    written, stored = stock.write(
        prepared,
        document_nos={JOURNAL: document_no},
        source_code=terms.source_code,
        context=context,
        user_id=terms.user_id,
    )
    adjustment.adjust_after_posting(
        {line.item.id for line in costed}, setup=setups.costing, context=context, user_id=terms.user_id
    )
    return stock.result(
        written,
        stored,
        entries=prepared.plan.entries,
        documents=[(type_, document_no) for type_ in terms.document_types or ("",)],
        preview=terms.preview,
    )


def _check_lines(lines: Sequence[ItemJournalLine], facts: dict[int, ItemFacts], *, location_mandatory: bool) -> None:
    problems = []
    for line in lines:
        item = facts[line.item_id]
        words = {"item": item.no, "line": line.line_no}
        if item.blocked:
            message = _("Item %(item)s on line %(line)s is blocked. Unblock it on its card, or remove the line.")
            problems.append(_problem(line, item, ErrorCode.BLOCKED_ITEM, message % words))
        if not item.is_inventory:
            message = _("Item %(item)s on line %(line)s is not kept in stock. Remove the line.")
            problems.append(_problem(line, item, ErrorCode.INVALID_INPUT, message % words))
        if line.quantity <= 0:
            message = _("The quantity of item %(item)s on line %(line)s must be more than zero.")
            problems.append(_problem(line, item, ErrorCode.INVALID_INPUT, message % words))
        if location_mandatory and line.location_id is None:
            message = _("Line %(line)s with item %(item)s has no location. Choose one.")
            problems.append(_problem(line, item, ErrorCode.INVALID_INPUT, message % words))
        if line.kind == JournalLineKind.TRANSFER and not _changes_something(line):
            message = _("Line %(line)s moves item %(item)s to where it is. Choose what is new about it.")
            problems.append(_problem(line, item, ErrorCode.INVALID_INPUT, message % words))
    raise_problems(problems)


def _changes_something(line: ItemJournalLine) -> bool:
    """Whether a reclassification has anything new: a place, a lot or serial number, a date, dimensions."""
    return line.location_id != line.new_location_id or _arrival(line) is not None


def _arrival(line: ItemJournalLine) -> Arrival | None:
    """What is new about the goods besides their place; blank fields stay as they are."""
    new = (line.new_lot_no, line.new_serial_no, line.new_expiration_date, line.new_dimension_set_id)
    if line.kind != JournalLineKind.TRANSFER or not any(new):
        return None
    return Arrival(
        lot_no=line.new_lot_no or line.lot_no,
        serial_no=line.new_serial_no or line.serial_no,
        expiration_date=line.new_expiration_date,
        dimension_set_id=line.new_dimension_set_id or line.dimension_set_id,
    )


def _problem(line: ItemJournalLine, item: ItemFacts, code: ErrorCode, message: str) -> Problem:
    return Problem(message, code, document_no=line.document_no, line_no=line.line_no, item_no=item.no)


def _costed_line(line: ItemJournalLine, item: ItemFacts, precision_e5: int) -> CostedLine:
    is_transfer = line.kind == JournalLineKind.TRANSFER
    inbound = line.kind == JournalLineKind.POSITIVE
    quantity_e5 = to_e5(line.quantity)
    movement = Movement(
        origin=Origin(
            document_type="",
            line_no=line.line_no,
            posting_date=line.posting_date,
            document_key=JOURNAL,
            description=item.no,
            dimension_set_id=line.dimension_set_id,
            reason_code_id=line.reason_code_id,
        ),
        item=item,
        entry_type=ItemLedgerEntryType.TRANSFER if is_transfer else ItemLedgerEntryType(line.kind),
        quantity_e5=quantity_e5 if inbound else -quantity_e5,
        location_id=line.location_id,
        variant_id=line.variant_id,
        applies_to_key=line.applies_to_entry_id,
        applies_from_key=line.applies_from_entry_id,
        lot_no=line.lot_no,
        serial_no=line.serial_no,
        expiration_date=line.expiration_date,
        is_transfer=is_transfer,
        to_location_id=line.new_location_id,
        arrival=_arrival(line),
    )
    cost_e5 = None
    if inbound and line.unit_cost is not None:
        cost_e5 = round_div(quantity_e5 * to_e5(line.unit_cost), 100_000 * precision_e5) * precision_e5
    return CostedLine(movement=movement, direct_cost_e5=cost_e5)


def post_count(*, count_id: int, user_id: int | None, preview: bool = False) -> PostingResult:
    """Post a count: the differences as adjustments, and a physical inventory entry for every counted line.

    Differences are against what the books said when a line was counted, so movements since then stay. An increase
    enters at the card's unit cost. An open count is finished first, with the books locked alone: what others are
    about to post may have moved before a line was counted, and is seen when they are done.
    Raises: DomainError when a line is not counted or is to be counted again, a sheet is open, the count is posted
    already, or a line cannot be posted.
    """
    is_open = Count.objects.filter(pk=count_id, status=CountStatus.OPEN).exists()
    with posting(preview=preview, alone=is_open) as context:
        return post_count_within(context, count_id=count_id, user_id=user_id)


def post_count_within(context: PostingContext, *, count_id: int, user_id: int | None) -> PostingResult:
    """As `post_count`, inside the posting that a use case opened; for an open count one that has the books alone."""
    count = inventory_locks.lock_count(count_id)
    _check_count(count, context)
    item_ids = set(count.lines.values_list("item_id", flat=True))
    locks.lock_items(item_ids)
    if count.status == CountStatus.OPEN:
        counts.finish_locked(count)
    lines = list(count.lines.order_by("line_no"))
    facts = stock_reader.item_facts(item_ids)
    setups = Setups.at(count.posting_date)
    checks.check_dates([count.posting_date], setup=setups.costing)
    costed = [
        _count_movement(count, line, facts[line.item_id]) for line in lines if line.quantity_counted != _expected(line)
    ]
    terms = JournalTerms("PHYSINVJNL", "", count.no, (DocumentType.COUNT.value,), user_id, context.preview)
    result = post_movements(costed, setups=setups, terms=terms, context=context) if costed else None
    _write_counted(count, lines, result, context=context, user_id=user_id)
    Count.objects.filter(pk=count.pk).update(status=CountStatus.POSTED)
    return result or PostingResult(0, ((DocumentType.COUNT.value, count.no),), (), (), ())


def _check_count(count: Count, context: PostingContext) -> None:
    if count.status == CountStatus.POSTED:
        raise DomainError(
            _("Count %(no)s is posted already. Make a new count.") % {"no": count.no}, code=ErrorCode.ALREADY_POSTED
        )
    if count.status == CountStatus.OPEN and not context.alone:
        raise DomainError(
            _("Count %(no)s was opened again meanwhile. Look at it, then post it.") % {"no": count.no},
            code=ErrorCode.CHANGED_MEANWHILE,
        )


def _expected(line: CountLine) -> Decimal:
    """What the books said when the line was counted."""
    expected: Decimal = line.quantity_calculated + line.quantity_moved
    return expected


def _count_movement(count: Count, line: CountLine, item: ItemFacts) -> CostedLine:
    difference = (line.quantity_counted or Decimal(0)) - _expected(line)
    inbound = difference > 0
    movement = Movement(
        origin=_count_origin(line.line_no, count.posting_date, item),
        item=item,
        entry_type=ItemLedgerEntryType.POSITIVE_ADJMT if inbound else ItemLedgerEntryType.NEGATIVE_ADJMT,
        quantity_e5=to_e5(difference),
        location_id=line.location_id,
        variant_id=line.variant_id,
        lot_no=line.lot_no,
        serial_no=line.serial_no,
    )
    return CostedLine(movement=movement)


def _count_origin(line_no: int, posting_date: date, item: ItemFacts) -> Origin:
    return Origin(
        document_type=DocumentType.COUNT.value,
        line_no=line_no,
        posting_date=posting_date,
        document_key=JOURNAL,
        description=item.no,
    )


def _write_counted(
    count: Count,
    lines: Sequence[CountLine],
    result: PostingResult | None,
    *,
    context: PostingContext,
    user_id: int | None,
) -> None:
    register_id = result.register_id if result else _count_register(count, context, user_id)
    differing = iter(result.item_ledger_entry_ids if result else ())
    bulk.insert(
        PhysicalInventoryLedgerEntry,
        [
            {
                "posting_date": count.posting_date,
                "document_type": DocumentType.COUNT.value,
                "document_no": count.no,
                "document_line_no": line.line_no,
                "item_id": line.item_id,
                "variant_id": line.variant_id,
                "location_id": line.location_id,
                "lot_no": line.lot_no,
                "serial_no": line.serial_no,
                "quantity_calculated": _expected(line),
                "quantity_counted": line.quantity_counted,
                "item_ledger_entry_id": next(differing) if line.quantity_counted != _expected(line) else None,
                "register_id": register_id,
                "created_at": context.created_at,
            }
            for line in lines
        ],
    )


def _count_register(count: Count, context: PostingContext, user_id: int | None) -> int:
    return item_posting.write_register(
        source_code="PHYSINVJNL", document_no=count.no, user_id=user_id, created_at=context.created_at
    )
