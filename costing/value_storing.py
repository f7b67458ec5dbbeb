"""Writing what costing computed: value entries with their accounts, the marks of what is unadjusted, card costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.base import bulk, statements
from config.base.amounts import divide_e5, from_e5
from config.base.errors import ErrorCode, Problem, raise_problems
from config.base.transactions import PostingContext
from costing import accounts as account_lookup
from costing import gl_posting, rules
from costing.accounts import MissingPostingSetup
from costing.enums import PostingPair, ValueEntryType
from costing.gl_posting import ValueToPost
from costing.models import CostingSetup, ValueEntry
from costing.setups import Setups
from costing.value_posting import ValueDraft, value_row
from inventory.application import Place
from inventory.enums import ItemLedgerEntryType, SettleAt
from inventory.posting import Written
from inventory.stock import ItemFacts

UPDATES_LAST_DIRECT_COST = frozenset(
    {
        ItemLedgerEntryType.PURCHASE,
        ItemLedgerEntryType.POSITIVE_ADJMT,
        ItemLedgerEntryType.OUTPUT,
        ItemLedgerEntryType.ASSEMBLY_OUTPUT,
    }
)


@dataclass(frozen=True, slots=True)
class StoredValues:
    """Numbers of the value entries and G/L entries that were written, in order."""

    value_entry_ids: list[int]
    gl_entry_ids: list[int]


def assign_accounts(drafts: Sequence[ValueDraft], *, setup: CostingSetup) -> None:
    """Freeze the accounts of new values, and refuse those that could not be posted.

    Drafts that correct an older value bring its accounts along. Posting setup is checked even where nothing is posted
    now: a value must never wait for an account that does not exist.
    Raises: DomainError missing_posting_setup that names every combination and line.
    """
    keys = {draft.posting_key for draft in drafts if draft.accounts is None and draft.inventoriable}
    found = account_lookup.frozen_accounts(keys)
    problems: dict[str, Problem] = {}
    for draft in drafts:
        if not draft.inventoriable:
            continue
        if draft.accounts is None:
            draft.accounts = found[draft.posting_key]
        try:
            account_lookup.check_roles(draft.posting_key, draft.accounts, _pairs_needed(draft, setup))
        except MissingPostingSetup as error:
            problems.setdefault(str(error), _setup_problem(draft, str(error)))
    raise_problems(problems.values())


def _pairs_needed(draft: ValueDraft, setup: CostingSetup) -> list[rules.AccountPair]:
    facts: dict[str, Any] = {
        "item_ledger_entry_type": str(draft.item_ledger_entry_type),
        "entry_type": str(draft.entry_type),
        "variance_type": str(draft.variance_type),
        "order_type": str(draft.origin.order_type),
    }
    pairs = [rules.account_pair(**facts)]
    if setup.expected_cost_posting and draft.expected_e5:
        pairs.append(rules.account_pair(**facts, kind=PostingPair.EXPECTED))
    return pairs


def _setup_problem(draft: ValueDraft, message: str) -> Problem:
    origin = draft.origin
    return Problem(
        message=message,
        code=ErrorCode.MISSING_POSTING_SETUP,
        document_no=origin.order_no,
        line_no=origin.order_line_no or origin.line_no,
        item_no=draft.item.no,
    )


def store_values(
    drafts: Sequence[ValueDraft],
    *,
    written: Written,
    document_nos: dict[str, str],
    setup: CostingSetup,
    context: PostingContext,
    user_id: int | None,
) -> StoredValues:
    """Insert value entries and post them to the general ledger, or let them wait, as set up."""
    rows = [
        value_row(
            draft,
            entry_id=None if draft.is_capacity else written.entry_id(draft.entry_key),
            document_no=document_nos[draft.origin.document_key],
            user_id=user_id,
        )
        | {"register_id": written.register_id, "created_at": context.created_at}
        for draft in drafts
    ]
    ids = bulk.insert(ValueEntry, rows)
    values = [_to_post(pk, row, draft) for pk, row, draft in zip(ids, rows, drafts, strict=True) if draft.accounts]
    gl_entry_ids: list[int] = []
    if setup.automatic_cost_posting:
        gl_entry_ids = gl_posting.post_value_entries(
            values, include_expected=setup.expected_cost_posting, context=context, user_id=user_id
        )
    else:
        gl_posting.queue(values, include_expected=setup.expected_cost_posting)
    return StoredValues(ids, gl_entry_ids)


def _to_post(pk: int, row: dict[str, Any], draft: ValueDraft) -> ValueToPost:
    assert draft.accounts is not None
    return ValueToPost(
        id=pk,
        item_id=row["item_id"],
        item_ledger_entry_type=row["item_ledger_entry_type"],
        entry_type=row["entry_type"],
        variance_type=row["variance_type"],
        order_type=row["order_type"],
        posting_date=row["posting_date"],
        document_no=row["document_no"],
        external_document_no=row["external_document_no"],
        description=row["description"],
        actual=row["cost_amount_actual"],
        expected=row["cost_amount_expected"],
        inventoriable=row["inventoriable"],
        dimension_set_id=row["dimension_set_id"],
        accounts=draft.accounts,
    )


def record_changes(drafts: Sequence[ValueDraft], *, setups: Setups) -> None:
    """Record what values changed of their items: from which date cost is unadjusted, the balances, the change numbers.

    The items must be locked. Source: design-details-cost-adjustment (detection).
    """
    points = {
        _entry_point(draft, setups)
        for draft in drafts
        if draft.inventoriable
        and not draft.is_capacity
        and not draft.adjustment
        and not _is_never_adjusted(draft.item)
        and draft.entry_type in (ValueEntryType.DIRECT_COST, ValueEntryType.REVALUATION)
    }
    balances = [(*place, *map(from_e5, sums)) for place, sums in _changed_balances(drafts).items()]
    statements.run(
        _RECORD_CHANGES,
        [*_columns(sorted(points, key=str), 4), *_columns(balances, 6), sorted({draft.item.id for draft in drafts})],
    )


def mark_points(points: Iterable[tuple[int, int | None, int | None, date]]) -> None:
    """Insert entry points (item, variant, location, valuation date) that are not there yet."""
    statements.run(_MARK_ADJUSTED, _columns(sorted(points, key=str), 4))


_MARK_POINTS = """
    INSERT INTO costing_avgcostadjmtentrypoint (item_id, variant_id, location_id, valuation_date)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[])
    ON CONFLICT DO NOTHING
"""

# Without those that are never adjusted.
_MARK_ADJUSTED = """
    INSERT INTO costing_avgcostadjmtentrypoint (item_id, variant_id, location_id, valuation_date)
    SELECT p.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[])
         AS p(item_id, variant_id, location_id, d)
    JOIN inventory_item i ON i.id = p.item_id JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
    WHERE g.settle_at = 'posting' AND g.costing_method <> 'moving_average'
    ON CONFLICT DO NOTHING
"""

# Three tables in one round trip. The sum of two changes of one balance is made before, in Python.
_RECORD_CHANGES = f"""
WITH points AS ({_MARK_POINTS}), balances AS (
    INSERT INTO costing_itembalance AS b (item_id, variant_id, location_id, quantity, invoiced_quantity, cost)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[])
    ON CONFLICT (item_id, variant_id, location_id) DO UPDATE
    SET quantity = b.quantity + excluded.quantity,
        invoiced_quantity = b.invoiced_quantity + excluded.invoiced_quantity,
        cost = b.cost + excluded.cost
)
INSERT INTO costing_itemcoststate (item_id, change_no) SELECT unnest(%s::bigint[]), 1
ON CONFLICT (item_id) DO UPDATE SET change_no = costing_itemcoststate.change_no + 1
"""  # noqa: S608 our own text


def _is_never_adjusted(item: ItemFacts) -> bool:
    """Cost adjustment leaves what the inventory close settles, and what is right when it is posted."""
    return item.settle_at == SettleAt.CLOSE or item.is_moving_average


def _entry_point(draft: ValueDraft, setups: Setups) -> tuple[int, int | None, int | None, date]:
    """The scope and the date from which a value leaves its item unadjusted."""
    if not draft.item.is_average:
        return (*draft.place, draft.valuation_date)
    on = draft.valuation_date
    return (*setups.periods.place(draft.place, average=True, on=on), setups.periods.end(on))


def _changed_balances(drafts: Iterable[ValueDraft]) -> dict[Place, tuple[int, int, int]]:
    """Quantity, invoiced quantity and cost that values add to the balance of their place."""
    changed: dict[Place, tuple[int, int, int]] = {}
    for draft in drafts:
        if draft.inventoriable and not draft.is_capacity:
            quantity_e5, invoiced_e5, cost_e5 = changed.get(draft.place, (0, 0, 0))
            changed[draft.place] = (
                quantity_e5 + draft.item_ledger_entry_quantity_e5,
                invoiced_e5 + draft.invoiced_quantity_e5,
                cost_e5 + draft.actual_e5 + draft.expected_e5,
            )
    return changed


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    """The columns of rows that each have `count` values; empty columns where there are no rows."""
    return [[row[place] for row in rows] for place in range(count)]


def lift_valuation_dates(lifted: Iterable[tuple[int, date]]) -> None:
    """Move the values of outbounds that were covered to the date of what covered them, never backwards."""
    pairs = sorted(lifted)
    if not pairs:
        return
    statements.run(
        """
        UPDATE costing_valueentry v SET valuation_date = n.valuation_date
        FROM (SELECT entry_id, max(valuation_date) AS valuation_date
              FROM unnest(%s::bigint[], %s::date[]) AS p(entry_id, valuation_date) GROUP BY entry_id) n
        WHERE v.item_ledger_entry_id = n.entry_id AND v.valuation_date < n.valuation_date
        """,
        [[entry_id for entry_id, _date in pairs], [valuation_date for _id, valuation_date in pairs]],
    )


def update_card_costs(drafts: Sequence[ValueDraft]) -> None:
    """Bring last direct cost and unit cost of the item cards up to date after inbound values and their balances.

    Unit cost follows last direct cost only where it is zero, or where stock had run out before this invoice.
    Source: finance-about-calculating-unit-cost.
    """
    latest: dict[int, ValueDraft] = {}
    invoiced: dict[int, int] = {}
    for draft in drafts:
        if _updates_last_direct_cost(draft):
            latest[draft.item.id] = draft
            invoiced[draft.item.id] = invoiced.get(draft.item.id, 0) + draft.invoiced_quantity_e5
    if not latest:
        return
    statements.run(
        """
        UPDATE inventory_item i
        SET last_direct_cost = n.cost,
            unit_cost = CASE WHEN n.card = 'kept' THEN i.unit_cost
                             WHEN n.card = 'latest' THEN n.cost
                             WHEN i.unit_cost = 0 OR s.net > 0 AND s.net <= n.invoiced THEN n.cost
                             ELSE i.unit_cost END
        FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::text[]) AS n(id, cost, invoiced, card),
             LATERAL (SELECT coalesce(sum(b.invoiced_quantity), 0) AS net
                      FROM costing_itembalance b WHERE b.item_id = n.id) s
        WHERE i.id = n.id
        """,
        [
            list(latest),
            [from_e5(_direct_unit_cost_e5(draft)) for draft in latest.values()],
            [from_e5(quantity_e5) for quantity_e5 in invoiced.values()],
            [_card_unit_cost(draft.item) for draft in latest.values()],
        ],
    )


def _card_unit_cost(item: ItemFacts) -> str:
    """What an invoice does to the unit cost on the card: of items settled at close it is a price that people set."""
    if item.is_settled_at_close and item.use_latest_cost_price:
        return "latest"
    return "kept" if item.is_standard or item.is_settled_at_close else "follows"


def _updates_last_direct_cost(draft: ValueDraft) -> bool:
    return (
        draft.entry_type == ValueEntryType.DIRECT_COST
        and draft.item_ledger_entry_type in UPDATES_LAST_DIRECT_COST
        and draft.invoiced_quantity_e5 > 0
        and draft.actual_e5 > 0
        and draft.item_charge_id is None
        and draft.updates_card
        and not draft.adjustment
    )


def _direct_unit_cost_e5(draft: ValueDraft) -> int:
    return divide_e5(draft.actual_e5 + draft.discount_e5, draft.invoiced_quantity_e5)
