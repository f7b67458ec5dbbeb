"""One batch of posting to G/L: the same statements whatever the number of entries, inside the caller's transaction.

    gl_pair    an amount of a value entry that is left to post, with the two roles that it moves; also what is moved out
               of WIP because its order was finished without output
    gl_route   the account of each role of each group of entries
    gl_ready   the pairs that can be posted, with their accounts and the line that each belongs to
    gl_line    a line of the general ledger: one pair, or all pairs of a posting group, date, dimensions and sign
    gl_voucher the lines of a document on a date

Source: finance-how-to-post-inventory-costs-to-the-general-ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from config.base.errors import ErrorCode
from config.base.transactions import PostingContext
from costing.enums import AccountRole, PostingPair
from costing.post_to_gl.routes import Group, Route, find_routes
from costing.rules import RULES
from ledger import checks as ledger_checks
from ledger.enums import SourceCode

NOTHING_TO_POST = "nothing_to_post"
EXPECTED_COST_SETUP = "expected_cost_setup"
NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Skip:
    value_entry_id: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did; `amount`: sum of the posted amounts, inbound positive."""

    posted: int
    amount: Decimal
    skipped: list[Skip]


@dataclass(frozen=True, slots=True)
class Manner:
    """How value entries become G/L lines. `document_no`: given for posting per posting group, else blank."""

    include_expected: bool
    per_posting_group: bool = False
    document_no: str = ""


def post(keys: Sequence[int], manner: Manner, *, register_id: int, context: PostingContext) -> BatchResult:
    """Post what can be posted of value entries that the caller has locked in the queue, and say why of the others."""
    _drop()
    _run(_PAIRS, keys=list(keys), **_rule_columns(manner))
    _write_routes(find_routes(_wanted()))
    refused = _refused_dates()
    _run(_READY[manner.per_posting_group], refused_dates=list(refused))
    skipped = _skipped(keys, refused, manner)
    posted, amount = _rows("SELECT count(DISTINCT value_entry_id), coalesce(sum(amount), 0) FROM gl_ready")[0]
    if posted:
        _run(_LINES, document_no=manner.document_no)
        _run(_VOUCHERS)
        facts = {"register_id": register_id, "source": SourceCode.INVENTORY_POSTING.value, "now": context.created_at}
        for statement in (_INSERT_VOUCHERS, _INSERT_ENTRIES, _INSERT_RELATIONS, _LEAVE_QUEUE):
            _run(statement, **facts)
    return BatchResult(posted, amount, skipped)


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
    rows = _rows(f"""
        SELECT DISTINCT {_GROUP}, account FROM gl_pair UNION SELECT DISTINCT {_GROUP}, balancing FROM gl_pair
        """)
    return [(Group(*row[:5]), AccountRole(row[5])) for row in rows]


def _write_routes(routes: Sequence[Route]) -> None:
    columns = {name: [getattr(route.group, name) for route in routes] for name in Group._fields}
    _run(
        _ROUTES,
        **columns,
        roles=[route.role.value for route in routes],
        account_ids=[route.account_id for route in routes],
        codes=[str(route.code) for route in routes],
        reasons=[route.reason for route in routes],
    )


def _refused_dates() -> dict[date, str]:
    dates = [row[0] for row in _rows("SELECT DISTINCT posting_date FROM gl_pair")]
    return ledger_checks.refused_dates(dates)


def _skipped(keys: Sequence[int], refused: dict[date, str], manner: Manner) -> list[Skip]:
    skipped = [Skip(*row) for row in _rows(_UNROUTED)]
    routed = {skip.value_entry_id for skip in skipped}
    if refused:
        rows = _rows(
            "SELECT DISTINCT value_entry_id, posting_date FROM gl_pair WHERE posting_date = ANY(%(dates)s)",
            dates=list(refused),
        )
        skipped += [Skip(key, ErrorCode.PERIOD_CLOSED, refused[on]) for key, on in rows if key not in routed]
    reasons = {
        NOTHING_TO_POST: _("Nothing of it is left to post."),
        EXPECTED_COST_SETUP: _("It holds expected cost only, and expected cost posting is off."),
        NOT_ALLOWED: _("No account is meant for a value of this kind on such an entry."),
    }
    rows = _rows(_WITHOUT_PAIR, keys=list(keys), include_expected=manner.include_expected, **_rule_columns(manner))
    return [*skipped, *(Skip(key, code, reasons[code]) for key, code in rows)]


def _drop() -> None:
    """A preview's tables, or those of the batch before, may still be there in the same transaction."""
    _run("DROP TABLE IF EXISTS gl_pair, gl_route, gl_ready, gl_line, gl_voucher")


def _run(sql: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def _rows(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


_GROUP = "account_set_id, location_id, inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id"

_RULES = """
    unnest(%(entry_kinds)s::text[], %(value_kinds)s::text[], %(variance_kinds)s::text[], %(order_kinds)s::text[],
           %(pairs)s::text[], %(accounts)s::text[], %(balancings)s::text[])
        AS r(entry_kind, value_kind, variance_kind, order_kind, pair, account, balancing)
"""

_OF_KIND = """
    r.entry_kind = v.item_ledger_entry_type AND r.value_kind = v.entry_type AND r.variance_kind = v.variance_type
    AND r.order_kind IN ('', v.order_type)
"""

_PAIRS = f"""
CREATE TEMP TABLE gl_pair ON COMMIT DROP AS
SELECT * FROM (
    SELECT v.id AS value_entry_id, r.pair, r.account, r.balancing,
           CASE WHEN r.pair = 'expected' THEN v.cost_amount_expected
                WHEN r.pair = 'actual' OR o.id IS NOT NULL THEN v.cost_amount_actual
                ELSE 0 END - coalesce(h.amount, 0) AS amount,
           v.posting_date, v.document_no, v.external_document_no, v.description, v.dimension_set_id,
           coalesce(v.account_set_id, 0) AS account_set_id, coalesce(v.location_id, 0) AS location_id,
           coalesce(v.inventory_posting_group_id, 0) AS inventory_posting_group_id,
           coalesce(v.gen_bus_posting_group_id, 0) AS gen_bus_posting_group_id,
           coalesce(v.gen_prod_posting_group_id, 0) AS gen_prod_posting_group_id
    FROM unnest(%(keys)s::bigint[]) AS k(id)
    JOIN costing_valueentry v ON v.id = k.id
    JOIN {_RULES} ON {_OF_KIND}
    LEFT JOIN costing_inventoryadjmtentryorder o ON r.pair = 'closing_out' AND o.closed_out
        AND o.order_type = v.order_type AND o.order_no = v.order_no AND o.order_line_no = v.order_line_no
    LEFT JOIN costing_glitemledgerrelation h ON h.value_entry_id = v.id AND h.pair = r.pair
    WHERE v.inventoriable
) p WHERE p.amount <> 0
"""

_ROUTES = """
CREATE TEMP TABLE gl_route ON COMMIT DROP AS
SELECT * FROM unnest(
    %(account_set_id)s::bigint[], %(location_id)s::bigint[], %(inventory_posting_group_id)s::bigint[],
    %(gen_bus_posting_group_id)s::bigint[], %(gen_prod_posting_group_id)s::bigint[],
    %(roles)s::text[], %(account_ids)s::bigint[], %(codes)s::text[], %(reasons)s::text[])
    AS t(account_set_id, location_id, inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id,
         role, account_id, code, reason)
"""

_UNROUTED = f"""
SELECT p.value_entry_id, min(t.code), min(t.reason)
FROM gl_pair p JOIN gl_route t USING ({_GROUP})
WHERE t.role IN (p.account, p.balancing) AND t.account_id IS NULL
GROUP BY p.value_entry_id
"""

_WITHOUT_PAIR = f"""
SELECT v.id, CASE
    WHEN v.inventoriable AND NOT EXISTS (SELECT 1 FROM {_RULES} WHERE {_OF_KIND}) THEN '{NOT_ALLOWED}'
    WHEN v.inventoriable AND v.cost_amount_expected <> 0 AND NOT %(include_expected)s THEN '{EXPECTED_COST_SETUP}'
    ELSE '{NOTHING_TO_POST}' END
FROM unnest(%(keys)s::bigint[]) AS k(id)
JOIN costing_valueentry v ON v.id = k.id
WHERE NOT EXISTS (SELECT 1 FROM gl_pair p WHERE p.value_entry_id = v.id)
"""

# A value entry is posted with all its amounts or waits with all of them.
_READY_FROM = f"""
CREATE TEMP TABLE gl_ready ON COMMIT DROP AS
SELECT p.*, a.account_id, b.account_id AS balancing_account_id, {{line}} AS line_no
FROM gl_pair p
JOIN gl_route a USING ({_GROUP})
JOIN gl_route b USING ({_GROUP})
WHERE a.role = p.account AND b.role = p.balancing AND NOT p.posting_date = ANY(%(refused_dates)s::date[])
  AND NOT EXISTS (SELECT 1 FROM gl_pair q JOIN gl_route t USING ({_GROUP})
                  WHERE q.value_entry_id = p.value_entry_id AND t.role IN (q.account, q.balancing)
                    AND t.account_id IS NULL)
"""
_READY = {
    False: _READY_FROM.format(line="row_number() OVER (ORDER BY p.posting_date, p.document_no, p.value_entry_id)"),
    True: _READY_FROM.format(
        line="""dense_rank() OVER (ORDER BY p.posting_date, a.account_id, b.account_id, p.location_id,
            p.inventory_posting_group_id, p.gen_bus_posting_group_id, p.gen_prod_posting_group_id,
            p.dimension_set_id, sign(p.amount))"""
    ),
}

_LINES = """
CREATE TEMP TABLE gl_line ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('ledger_glentry', 'id')) AS entry_id,
       nextval(pg_get_serial_sequence('ledger_glentry', 'id')) AS balancing_entry_id, grouped.*
FROM (
    SELECT line_no, posting_date, sum(amount) AS amount, account_id, balancing_account_id, dimension_set_id,
           CASE WHEN %(document_no)s <> '' THEN %(document_no)s ELSE min(document_no) END AS document_no,
           CASE WHEN %(document_no)s <> '' THEN '' ELSE min(external_document_no) END AS external_document_no,
           CASE WHEN %(document_no)s <> '' THEN '' ELSE min(description) END AS description
    FROM gl_ready
    GROUP BY line_no, posting_date, account_id, balancing_account_id, dimension_set_id
    ORDER BY line_no
) grouped
"""

_VOUCHERS = """
CREATE TEMP TABLE gl_voucher ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('ledger_gltransaction', 'id')) AS id, grouped.*
FROM (
    SELECT posting_date, document_no, min(description) AS description, 2 * count(*) AS line_count
    FROM gl_line GROUP BY posting_date, document_no ORDER BY posting_date, document_no
) grouped
"""

_INSERT_VOUCHERS = """
INSERT INTO ledger_gltransaction
    (id, register_id, posting_date, document_no, source_code, description, line_count, created_at)
SELECT id, %(register_id)s, posting_date, document_no, %(source)s, description, line_count, %(now)s FROM gl_voucher
"""

_INSERT_ENTRIES = """
INSERT INTO ledger_glentry (id, transaction_id, gl_account_id, posting_date, document_no, external_document_no,
    description, amount, dimension_set_id, source_code, system_created, created_at)
SELECT e.id, v.id, e.account_id, l.posting_date, l.document_no, l.external_document_no, l.description, e.amount,
       l.dimension_set_id, %(source)s, true, %(now)s
FROM gl_line l
JOIN gl_voucher v USING (posting_date, document_no)
CROSS JOIN LATERAL (VALUES (l.entry_id, l.account_id, l.amount),
                           (l.balancing_entry_id, l.balancing_account_id, -l.amount)) AS e(id, account_id, amount)
"""

_INSERT_RELATIONS = """
INSERT INTO costing_glitemledgerrelation (value_entry_id, pair, amount, gl_entry_id, balancing_gl_entry_id)
SELECT r.value_entry_id, r.pair, r.amount, l.entry_id, l.balancing_entry_id
FROM gl_ready r JOIN gl_line l USING (line_no)
"""

_LEAVE_QUEUE = """
DELETE FROM costing_valueentrytopost q USING gl_ready r WHERE q.value_entry_id = r.value_entry_id
"""
