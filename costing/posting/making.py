"""What posting to assembly and production orders shares: goods and work of an order, planned, priced and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from config.base import locks
from config.base.amounts import to_e5
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from config.base.transactions import PostingContext
from costing import adjustment, checks, order_states
from costing.order_states import OrderKey
from costing.posting import capacity, stock
from costing.posting.capacity import Work
from costing.posting.results import PostingResult
from costing.posting.stock import StockPosting
from costing.setups import Setups
from costing.value_posting import CostedLine, ValueDraft
from costing.value_storing import StoredValues
from inventory import low_level_codes
from inventory import stock as stock_reader
from inventory.enums import DocumentType, ItemLedgerEntryType, OrderType, SourceType
from inventory.models import OrderHeader, Variant
from inventory.movements import Movement, Origin, PlannedEntry, Written
from inventory.stock import ItemFacts

CONSUMED = frozenset({ItemLedgerEntryType.CONSUMPTION, ItemLedgerEntryType.ASSEMBLY_CONSUMPTION})
DOCUMENT_TYPES = {OrderType.ASSEMBLY: DocumentType.ASSEMBLY, OrderType.PRODUCTION: DocumentType.PRODUCTION}
SOURCE_CODES = {OrderType.ASSEMBLY: "ASSEMBLY", OrderType.PRODUCTION: "PRODORDER"}


class NothingToPost(DomainError):
    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class Goods:
    """A line of goods that an order uses or makes, in base units; a negative quantity puts back, or takes back.

    `applies_to_id`: the entry that goods leave from (of a negative output, the output that it takes back);
    `applies_from_id`: the consumption that goods put back reverse exactly. `expected_cost`: of an output, where it is
    known better than from the item's card.
    """

    item_id: int
    quantity: Decimal
    location_id: int | None = None
    variant_id: int | None = None
    applies_to_id: int | None = None
    applies_from_id: int | None = None
    lot_no: str = ""
    serial_no: str = ""
    expiration_date: date | None = None
    expected_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """What one posting to an order has in common: the order, locked with its items, and the setup of the day."""

    order: OrderHeader
    key: OrderKey
    posting_date: date
    facts: dict[int, ItemFacts]
    setups: Setups
    context: PostingContext
    user_id: int | None

    @property
    def product(self) -> ItemFacts:
        return self.facts[self.order.item_id]

    def origin(self, line_no: int, item: ItemFacts) -> Origin:
        order_type = OrderType(self.order.type)
        return Origin(
            document_type=DOCUMENT_TYPES[order_type],
            line_no=line_no,
            posting_date=self.posting_date,
            document_key=self.order.no,
            source_type=SourceType.ITEM,
            source_no=self.product.no,
            order_type=order_type,
            order_no=self.key.no,
            order_line_no=self.key.line_no,
            description=item.no,
        )


def begin(
    order: OrderHeader,
    *,
    item_ids: Iterable[int],
    line_no: int,
    posting_date: date,
    context: PostingContext,
    user_id: int | None,
) -> Posting:
    """Lock the items of a posting and its product, and read what holds on the day. The order must be locked."""
    ids = {order.item_id, *item_ids}
    locks.lock_items(ids)
    setups = Setups.at(posting_date)
    checks.check_dates([posting_date], setup=setups.costing)
    key = OrderKey(order.type, order.no, line_no)
    return Posting(order, key, posting_date, stock_reader.item_facts(ids), setups, context, user_id)


def check(posting: Posting, goods: Sequence[Goods], works: Sequence[Work]) -> None:
    """Refuse lines that cannot be posted as they stand. Raises: DomainError naming every faulty line."""
    if not goods and not works:
        raise NothingToPost(_("%(no)s has nothing to post. Enter what was used or made.") % {"no": posting.order.no})
    variants = Variant.objects.in_bulk({line.variant_id for line in goods if line.variant_id})
    problems = [
        problem
        for line_no, line in enumerate(goods, 1)
        for problem in _line_problems(posting, line_no, line, variants.get(line.variant_id or 0))
    ]
    raise_problems([*problems, *capacity.problems(works, order_no=posting.order.no)])


def _line_problems(posting: Posting, line_no: int, line: Goods, variant: Variant | None) -> Iterator[Problem]:
    item = posting.facts[line.item_id]
    words = {"item": item.no, "line": line_no, "no": posting.order.no}
    if item.blocked:
        message = _("Item %(item)s on line %(line)s of %(no)s is blocked. Unblock it on its card, or remove the line.")
        yield _problem(posting, line_no, item, ErrorCode.BLOCKED_ITEM, message % words)
    if not line.quantity:
        message = _("Line %(line)s of %(no)s has no quantity of item %(item)s. Enter one, or remove the line.")
        yield _problem(posting, line_no, item, ErrorCode.INVALID_INPUT, message % words)
    if posting.setups.inventory.location_mandatory and line.location_id is None and item.is_inventory:
        message = _("Line %(line)s of %(no)s with item %(item)s has no location. Choose one.")
        yield _problem(posting, line_no, item, ErrorCode.INVALID_INPUT, message % words)
    if variant is not None and variant.item_id != item.id:
        message = _("%(variant)s is no variant of item %(item)s on line %(line)s of %(no)s. Choose another.")
        yield _problem(posting, line_no, item, ErrorCode.INVALID_INPUT, message % (words | {"variant": variant.code}))


def _problem(posting: Posting, line_no: int, item: ItemFacts, code: ErrorCode, message: str) -> Problem:
    return Problem(message, code, document_no=posting.order.no, line_no=line_no, item_no=item.no)


def refuse(posting: Posting, line_no: int, line: Goods, code: ErrorCode, message: str) -> None:
    """Refuse one line; the message may name `%(item)s`, `%(line)s` and `%(no)s`."""
    item = posting.facts[line.item_id]
    words = {"item": item.no, "line": line_no, "no": posting.order.no}
    raise_problems([_problem(posting, line_no, item, code, message % words)])


def costed(
    posting: Posting, line_no: int, line: Goods, *, entry_type: str, inbound: bool, invoiced: bool
) -> CostedLine:
    """Turn a line of goods into a movement: in when `inbound` (out when its quantity is negative), else out."""
    item = posting.facts[line.item_id]
    quantity_e5 = to_e5(line.quantity)
    movement = Movement(
        origin=posting.origin(line_no, item),
        item=item,
        entry_type=entry_type,
        quantity_e5=quantity_e5 if inbound else -quantity_e5,
        location_id=line.location_id,
        variant_id=line.variant_id,
        invoiced=invoiced,
        applies_to_key=line.applies_to_id,
        applies_from_key=line.applies_from_id,
        lot_no=line.lot_no,
        serial_no=line.serial_no,
        expiration_date=line.expiration_date,
        assemble_to_order=entry_type == ItemLedgerEntryType.ASSEMBLY_OUTPUT and bool(posting.order.sales_line_id),
    )
    cost = line.expected_cost
    return CostedLine(movement, direct_cost_e5=None if cost is None or quantity_e5 < 0 else to_e5(cost))


def prepare(posting: Posting, lines: Sequence[CostedLine], works: Sequence[Work]) -> StockPosting:
    """Apply and price the goods and cost the work of a posting, without writing.

    Raises: DomainError naming every line that cannot be applied.
    """
    prepared = stock.prepare(lines, setups=posting.setups)
    prepared.capacity = capacity.plan(
        works,
        origins=[posting.origin(len(lines) + number, posting.product) for number, _work in enumerate(works, 1)],
        product=posting.product,
        location_id=posting.order.location_id,
        cost_includes_setup=posting.setups.costing.cost_includes_setup,
        precision_e5=posting.setups.precision_e5,
    )
    prepared.drafts += [draft for use in prepared.capacity for draft in use.drafts]
    for draft in prepared.drafts:
        if draft.item_ledger_entry_type in CONSUMED:
            # Work in process is an account of what is made, not of what it is made of.
            draft.wip_posting_group_id = posting.product.inventory_posting_group_id
    return prepared


def write(posting: Posting, prepared: StockPosting, *, finished: bool) -> tuple[Written, StoredValues]:
    """Write a prepared posting, mark its order, and let components stand below their product.

    Raises: DomainError where an account is missing.
    """
    stock.check_accounts(prepared)
    written, stored = stock.write(
        prepared,
        document_nos={posting.order.no: posting.order.no},
        source_code=SOURCE_CODES[OrderType(posting.order.type)],
        context=posting.context,
        user_id=posting.user_id,
    )
    order_states.touch(posting.key, product=posting.product, finished=finished)
    components = {entry.movement.item.id for entry in consumed(prepared)}
    if components:
        low_level_codes.raise_codes(product_id=posting.product.id, component_ids=components)
    return written, stored


def consumed(prepared: StockPosting) -> list[PlannedEntry]:
    """The planned entries of goods that the order uses."""
    return [entry for entry in prepared.plan.entries if entry.movement.entry_type in CONSUMED]


def end(
    posting: Posting, prepared: StockPosting, written: Written, stored: StoredValues, lines: Sequence[CostedLine]
) -> PostingResult:
    """Adjust what automatic cost adjustment asks for, and tell what was made, entries in the order of the lines."""
    adjust(posting)
    by_movement = {id(entry.movement): entry for entry in prepared.plan.entries}
    return stock.result(
        written,
        stored,
        entries=[by_movement[id(line.movement)] for line in lines],
        documents=[(DOCUMENT_TYPES[OrderType(posting.order.type)].value, posting.order.no)],
        preview=posting.context.preview,
    )


def adjust(posting: Posting) -> None:
    """Adjust the items of the posting, where automatic cost adjustment says so."""
    adjustment.adjust_after_posting(
        set(posting.facts), setup=posting.setups.costing, context=posting.context, user_id=posting.user_id
    )


def draft_of(prepared: StockPosting, entry: PlannedEntry) -> ValueDraft:
    """The first value of a planned entry."""
    return next(draft for draft in prepared.drafts if draft.entry_key == entry.key and not draft.is_capacity)


def beside(draft: ValueDraft, *, entry_type: str, variance_type: str, amount_e5: int) -> ValueDraft:
    """A further value of the entry that a draft values first."""
    return replace(
        draft,
        entry_type=entry_type,
        variance_type=variance_type,
        actual_e5=amount_e5,
        expected_e5=0,
        item_ledger_entry_quantity_e5=0,
        invoiced_quantity_e5=0,
        is_expected=False,
    )
