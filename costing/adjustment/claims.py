"""Which worker has which items of a run: rows claimed in batches, deepest components first.

    level 2  SCREW done     PLANK running (worker 1)   -> level 1 must wait
    level 1  CHAIR waiting

A worker takes the waiting items of the deepest level that has open ones, skipping what others are just taking. A level
starts when no deeper item waits or runs, so a product is computed after its components. The claim carries the job and
the attempt of its worker: once the job has another attempt, or beats no more, its items may be claimed again. A worker
that wakes up late finds that the claim is no longer its own and writes nothing (`ClaimLost`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from config.base.bulk import array_literal
from config.base.errors import DomainError, ErrorCode
from config.base.models.jobs import STALLED_AFTER
from costing.adjustment.terms import Worker

MAX_ROUNDS = 50
"""How often one item may be opened in a run. More means that items move each other's cost in a circle."""


class TooManyRounds(DomainError):
    """An item is opened again and again."""

    code = ErrorCode.INTERNAL_ERROR


class ClaimLost(Exception):
    """The items of this batch belong to another worker by now; nothing of the batch was written."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An item that is ours, with the amounts by month that earlier rounds of the run have made."""

    item_id: int
    rounds: int
    amounts: dict[str, str]


@dataclass(frozen=True, slots=True)
class LogLine:
    """What the run's log says of one item once it is stored; `amounts` maps a month (2026-01) to its net amount."""

    item_id: int
    entries_read: int
    entries_made: int
    amount: str
    seconds: float
    amounts: dict[str, str]


# The claim of a worker whose job went to another attempt, ended, or has no heartbeat any more. A process without a job
# is watched by the one that started it.
_LOST = """
(i.state = 'running' AND i.job_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM base_job j
    WHERE j.id = i.job_id AND j.attempt = i.attempt AND j.state = 'running'
      AND j.heartbeat_at > clock_timestamp() - make_interval(secs => %(stale_after)s)))
"""

# Materialized: with fresh rows the planner may work out the level again for each of them.
_CLAIM = f"""
WITH deepest AS MATERIALIZED (
    SELECT max(i.level) AS level FROM costing_adjustmentrunitem i JOIN costing_adjustmentrun r ON r.id = i.run_id
    WHERE i.run_id = %(run_id)s AND i.state IN ('waiting', 'running') AND r.state = 'running'
), free AS (
    SELECT i.id FROM costing_adjustmentrunitem i, deepest
    WHERE i.run_id = %(run_id)s AND i.level = deepest.level AND (i.state = 'waiting' OR {_LOST})
    ORDER BY i.item_id LIMIT %(limit)s FOR UPDATE OF i SKIP LOCKED
)
UPDATE costing_adjustmentrunitem i
SET state = 'running', worker = %(token)s, job_id = %(job_id)s, attempt = %(attempt)s, rounds = i.rounds + 1
FROM free WHERE i.id = free.id
RETURNING i.item_id, i.rounds, i.amounts
"""  # noqa: S608 our own text


def claim(run_id: int, worker: Worker, *, limit: int) -> list[Claimed]:
    """Take up to `limit` items of the level whose turn it is. Empty: nothing is free now, or the run has ended."""
    parameters = {
        "run_id": run_id,
        "limit": limit,
        "token": worker.token,
        "job_id": worker.job_id,
        "attempt": worker.attempt,
        "stale_after": float(getattr(settings, "JOB_STALE_SECONDS", STALLED_AFTER.total_seconds())),
    }
    rows = _rows(_CLAIM, parameters)
    return sorted(
        (Claimed(item_id, rounds, json.loads(amounts)) for item_id, rounds, amounts in rows),
        key=lambda claimed: claimed.item_id,
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: items finished (done or failed), all items, and those waiting on the level whose turn it is."""

    done: int
    total: int
    waiting: int

    @property
    def is_finished(self) -> bool:
        return self.done == self.total


def progress(run_id: int) -> Progress:
    """Count the items of a run. One that was stopped counts as finished: nothing is left to wait for."""
    sql = """
        SELECT count(*) FILTER (WHERE r.state <> 'running' OR i.state NOT IN ('waiting', 'running')), count(*),
               count(*) FILTER (WHERE i.state = 'waiting')
        FROM costing_adjustmentrunitem i JOIN costing_adjustmentrun r ON r.id = i.run_id WHERE i.run_id = %s
    """
    return Progress(*_rows(sql, [run_id])[0])


_WRITE = """
UPDATE costing_adjustmentrunitem i
SET state = CASE WHEN %(finished)s THEN 'done' ELSE i.state END, entries_read = i.entries_read + n.entries_read,
    entries_made = n.entries_made + CASE WHEN %(replacing)s THEN 0 ELSE i.entries_made END,
    amount = n.amount + CASE WHEN %(replacing)s THEN 0 ELSE i.amount END,
    seconds = i.seconds + n.seconds, amounts = n.amounts, failure = '', error_code = ''
FROM jsonb_to_recordset(%(lines)s::jsonb) AS n(item_id bigint, entries_read int, entries_made int, amount numeric,
                                                seconds float8, amounts jsonb)
WHERE i.run_id = %(run_id)s AND i.item_id = n.item_id AND i.state = 'running' AND i.worker = %(token)s
"""


def finish(run_id: int, worker: Worker, lines: Sequence[LogLine], *, replacing: bool = False) -> None:
    """Write the log of items that were stored, in the very transaction that stores them.

    What an item made in earlier rounds of the run is added up, or replaced (the plan of a preview is).
    Raises: ClaimLost when one of them is no longer ours; the transaction must be rolled back.
    """
    _write(run_id, worker, lines, finished=True, replacing=replacing)


def add(run_id: int, worker: Worker, lines: Sequence[LogLine]) -> None:
    """Write what was made for items that are not finished yet. As `finish`, in the transaction that made it."""
    _write(run_id, worker, lines, finished=False, replacing=False)


def _write(run_id: int, worker: Worker, lines: Sequence[LogLine], *, finished: bool, replacing: bool) -> None:
    parameters: dict[str, Any] = {
        "run_id": run_id,
        "token": worker.token,
        "finished": finished,
        "replacing": replacing,
        "lines": json.dumps([asdict(line) for line in lines]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, parameters)
        if cursor.rowcount != len(lines):
            raise ClaimLost(f"Run {run_id}, worker {worker.token}")


def fail(run_id: int, worker: Worker, item_id: int, *, reason: str, code: str, seconds: float) -> None:
    """Put an item aside with the reason why it could not be adjusted; nothing else waits for it."""
    sql = """
        UPDATE costing_adjustmentrunitem
        SET state = 'failed', failure = %s, error_code = %s, seconds = seconds + %s
        WHERE run_id = %s AND item_id = %s AND state = 'running' AND worker = %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [reason, code, seconds, run_id, item_id, worker.token])


def release(run_id: int, *, tokens: Collection[str]) -> None:
    """Let the items of workers that are known to be gone be claimed again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE costing_adjustmentrunitem SET state = 'waiting'"
            " WHERE run_id = %s AND state = 'running' AND worker = ANY(%s)",
            [run_id, list(tokens)],
        )


_OPEN = """
INSERT INTO costing_adjustmentrunitem (run_id, item_id, level, state, entries_read, entries_made, amount, seconds,
                                       failure)
SELECT %(run_id)s, i.id, i.low_level_code, 'waiting', 0, 0, 0, 0, ''
FROM inventory_item i LEFT JOIN costing_itemcoststate s ON s.item_id = i.id
JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
     AND (g.settle_at = 'posting' OR g.costing_method = 'moving_average')
JOIN costing_adjustmentrun r ON r.id = %(run_id)s
WHERE i.id = ANY(%(item_ids)s::bigint[]) AND NOT coalesce(s.excluded, false)
  AND (r.item_ids IS NULL OR r.item_ids @> to_jsonb(i.id))
ORDER BY i.id
ON CONFLICT (run_id, item_id) DO UPDATE SET state = 'waiting', level = excluded.level
WHERE costing_adjustmentrunitem.state = 'done'
"""


def open_items(run_id: int, item_ids: Collection[int]) -> None:
    """Add items to the run, or open them again where a component of theirs has changed.

    Items that are excluded, settled at the inventory close, or not of this run stay out; those that failed in it stay
    aside.
    """
    if item_ids:
        with connection.cursor() as cursor:
            cursor.execute(_OPEN, {"run_id": run_id, "item_ids": array_literal(sorted(item_ids))})


def check_rounds(claimed: Claimed) -> None:
    """Refuse to compute an item for ever. Raises: TooManyRounds."""
    if claimed.rounds > MAX_ROUNDS:
        raise TooManyRounds(
            _(
                "The cost of the item was computed %(count)s times in this run and still changes. "
                "Its products and components move each other: check bills of material and orders for a circle."
            )
            % {"count": MAX_ROUNDS}
        )


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
