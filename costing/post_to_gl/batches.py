"""One batch of posting to G/L: the same statements whatever the number of entries, inside the caller's transaction.

    gl_key     the value entries of the batch, which the caller takes from the queue
    gl_pair    an amount of a value entry that is left to post, with the two roles that it moves; also what is moved out
               of WIP because its order was finished without output
    gl_route   the account of each role of each group of entries
    gl_ready   the pairs that can be posted, with their accounts; per entry each is a line
    gl_line    a line of the general ledger for all pairs of a posting group, date, dimension set and sign
    gl_voucher the lines of a document on a date

A value entry is posted with all its amounts or waits with all of them.
Source: finance-how-to-post-inventory-costs-to-the-general-ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from config.base.transactions import PostingContext
from costing.enums import AccountRole, PostingPair
from costing.post_to_gl import causes, sql
from costing.post_to_gl.dates import date_faults
from costing.post_to_gl.notes import DimensionNote, dimension_notes
from costing.post_to_gl.routes import Group, Route, find_routes
from costing.rules import RULES
from ledger.enums import SourceCode
from ledger.models import GLAccount


@dataclass(frozen=True, slots=True)
class Skip:
    """Why an entry stays in the queue; `code` and `cure` as in `causes.Fault`."""

    value_entry_id: int
    code: str
    reason: str
    cure: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did; `amount`: sum of the posted amounts, inbound positive; `totals`: net amount by account number.

    `skipped` has one row for each entry, or one for each error of it where every error was asked for.
    """

    posted: int
    amount: Decimal
    skipped: list[Skip] = field(default_factory=list)
    totals: dict[str, Decimal] = field(default_factory=dict)
    notes: list[DimensionNote] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manner:
    """How value entries become G/L lines. `document_no`: given for posting per posting group, else blank."""

    include_expected: bool
    per_posting_group: bool = False
    document_no: str = ""
    every_error: bool = False


def take(waiting: QuerySet[Any]) -> tuple[int, int | None]:
    """Take entries from the queue for this transaction: the rows are locked. Return how many, and the last number."""
    _run("DROP TABLE IF EXISTS gl_key, gl_pair, gl_route, gl_ready, gl_line, gl_voucher")
    select, parameters = waiting.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE gl_key (id bigint NOT NULL) ON COMMIT DROP")
        cursor.execute(f"INSERT INTO gl_key {select}", parameters)
        cursor.execute("SELECT count(*), max(id) FROM gl_key")
        count, last = cursor.fetchone()
    return count, last


def post(manner: Manner, *, register_id: int, context: PostingContext) -> BatchResult:
    """Post what can be posted of the entries taken, and say why of the others."""
    grouped = manner.per_posting_group
    _run(sql.MEMORY)
    _run(sql.PAIRS, **_rule_columns(manner))
    routes = find_routes(_wanted())
    _write_routes(routes)
    skipped = _skipped(manner, all_routed=all(route.fault is None for route in routes))
    if skipped:
        _run(sql.LEAVE_OUT, keys=list({skip.value_entry_id for skip in skipped}))
    _run(sql.READY_PER_GROUP if grouped else sql.READY_PER_ENTRY)
    moved = _rows(sql.MOVED)
    if not moved:
        return BatchResult(0, Decimal(0), skipped)
    if grouped:
        _run(sql.LINES_PER_GROUP, document_no=manner.document_no)
    _run(sql.VOUCHERS[grouped])
    facts = {"register_id": register_id, "source": SourceCode.INVENTORY_POSTING.value, "now": context.created_at}
    for statement in (sql.INSERT_VOUCHERS, sql.INSERT_ENTRIES[grouped], sql.INSERT_RELATIONS[grouped]):
        _run(statement, **facts)
    posted = _run(sql.LEAVE_QUEUE)
    with_dimensions = any(row[3] for row in moved)
    notes = dimension_notes(_rows(sql.DIMENSION_SETS)) if with_dimensions else []
    return BatchResult(posted, sum((row[2] for row in moved), Decimal(0)), skipped, _totals(moved), notes)


def _totals(moved: Sequence[tuple[Any, ...]]) -> dict[str, Decimal]:
    """Net amount by account number; `moved` are (account, balancing account, amount ...)."""
    totals: dict[int, Decimal] = {}
    for account_id, balancing_id, amount, *_rest in moved:
        totals[account_id] = totals.get(account_id, Decimal(0)) + amount
        totals[balancing_id] = totals.get(balancing_id, Decimal(0)) - amount
    numbers = GLAccount.objects.in_bulk(totals)
    return {numbers[account_id].no: amount for account_id, amount in totals.items()}


def _rule_columns(manner: Manner) -> dict[str, list[str]]:
    """The table of account rules as columns: what a value entry is, which of its amounts, the two roles."""
    kinds = [kind for kind in RULES if kind != PostingPair.EXPECTED or manner.include_expected]
    rules = [
        (
            key.item_ledger_entry_type,
            key.entry_type,
            key.variance_type,
            key.order_type,
            kind.value,
            pair.account.value,
            pair.balancing.value,
        )
        for kind in kinds
        for key, pair in RULES[kind].items()
    ]
    names = ("entry_kinds", "value_kinds", "variance_kinds", "order_kinds", "pairs", "accounts", "balancings")
    return {name: list(column) for name, column in zip(names, zip(*rules, strict=True), strict=True)}


def _wanted() -> list[tuple[Group, AccountRole]]:
    return [(Group(*row[:-1]), AccountRole(row[-1])) for row in _rows(sql.WANTED)]


def _write_routes(routes: Sequence[Route]) -> None:
    columns = {name: [getattr(route.group, name) for route in routes] for name in Group._fields}
    faults = [route.fault or causes.Fault("", "") for route in routes]
    _run(
        sql.ROUTES,
        **columns,
        roles=[route.role.value for route in routes],
        account_ids=[route.account_id for route in routes],
        codes=[str(fault.code) for fault in faults],
        reasons=[fault.reason for fault in faults],
        cures=[fault.cure for fault in faults],
    )


def _skipped(manner: Manner, *, all_routed: bool) -> list[Skip]:
    """The entries that are not posted, in number order, each with its first error or with every one."""
    found = [] if all_routed else [Skip(*row) for row in _rows(sql.UNROUTED)]
    refused = date_faults([row[0] for row in _rows(sql.DATES)])
    if refused:
        rows = _rows(sql.ON_DATES, dates=list(refused))
        found += [Skip(key, refused[on].code, refused[on].reason, refused[on].cure) for key, on in rows]
    if left_over := [row[0] for row in _rows(sql.LEFT_OVER)]:
        faults = {code: causes.not_to_post(code) for code in (*causes.NO_ERRORS, causes.NOT_ALLOWED)}
        choice = {"include_expected": manner.include_expected, **_rule_columns(manner)}
        rows = _rows(sql.WITHOUT_PAIR, keys=left_over, **choice)
        found += [Skip(key, faults[code].code, faults[code].reason, faults[code].cure) for key, code in rows]
    found.sort(key=lambda skip: skip.value_entry_id)
    if manner.every_error:
        return found
    return list({skip.value_entry_id: skip for skip in reversed(found)}.values())[::-1]


def _run(statement: str, **parameters: Any) -> int:
    """Return how many rows it wrote or took away."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return int(cursor.rowcount)


def _rows(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
