"""A batch of items: load, compute, then store under the locks, as long as nobody posted in between.

The change numbers are read before the books. Under the item locks they are compared: items that changed get another
round, the third time with the lock first. So a posting waits for a batch being written, never for one being computed.
A batch that is refused is split, down to the item that is at fault: that one is put aside with its reason, also where
the reason is an error of the program, and all others are stored.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from time import perf_counter

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from config.base import locks
from config.base.errors import DomainError, ErrorCode
from config.base.jobs import AttemptLost, JobCancelled
from config.base.transactions import posting
from costing import adjustment_storing
from costing.adjustment import alternations, claims, orders, overlay, plans, steps
from costing.adjustment.claims import Claimed, ClaimLost
from costing.adjustment.terms import Terms, Worker
from costing.adjustment_storing import Computed, StoredBatch
from costing.engine.adjust import Adjustment
from costing.engine.orders import OutputValue
from costing.loading import LoadedItem

logger = logging.getLogger(__name__)

OPTIMISTIC_ROUNDS = 2
ORDER_ROUNDS = 5
VALUES_PER_COMMIT = 10_000
"""A transaction ends with the item that reaches so many new value entries: locks are short, round trips few."""

STOPS = (AttemptLost, JobCancelled, ClaimLost, InterfaceError)
"""What ends the worker's batch: it is no fault of an item."""

RETRIED_STATES = frozenset({"40P01", "40001"})
"""Deadlock and serialization failure: the same again is no fault."""


class Batch:
    """The items that a worker has claimed together, and what is to be done with each."""

    def __init__(self, claimed: Sequence[Claimed], terms: Terms, worker: Worker) -> None:
        self.claimed = {each.item_id: each for each in claimed}
        self.terms = terms
        self.worker = worker
        self.aside: set[int] = set()

    def adjust(self) -> None:
        """Adjust every item, or put it aside with its reason. Raises: what `STOPS` names, nothing else of an item."""
        if not self.terms.preview:
            self._settle_orders(sorted(self.claimed))
        waiting = sorted(set(self.claimed) - self.aside)
        for _round in range(OPTIMISTIC_ROUNDS):
            waiting = [item_id for chunk in _chunks(self._compute(waiting)) for item_id in self._store(chunk)]
            if not waiting:
                return
        for item_id in waiting:
            self._adjust_with_the_lock_first(item_id)

    def _settle_orders(self, item_ids: Sequence[int]) -> None:
        """Settle the orders of items; one item after the other where that is refused."""
        stale = set(item_ids)
        try:
            for _round in range(ORDER_ROUNDS):
                stale = orders.settle(stale, self.claimed, self.terms, self.worker)
                if not stale:
                    return
            raise locks.Busy(_("Its orders were posted all the time. Adjust it again."))
        except Exception as error:  # noqa: BLE001 it is recorded on the item, and logged
            if len(item_ids) > 1 and not isinstance(error, STOPS):
                for item_id in item_ids:
                    self._settle_orders([item_id])
            else:
                self._put_aside(item_ids[0], error)

    def _compute(self, item_ids: Sequence[int]) -> list[Computed]:
        computed = []
        planned = self._planned_order_values(item_ids) if self.terms.preview else {}
        for loaded in self._load([item_id for item_id in item_ids if item_id not in self.aside]):
            started = perf_counter()
            values = planned.get(loaded.item_id, ())
            try:
                claims.check_rounds(self.claimed[loaded.item_id])
                books = overlay.load_whole(loaded.item_id, self.terms) if values else loaded
                adjustment = overlay.compute(books, values, self.terms) if values else self._computed(books)
            except Exception as error:  # noqa: BLE001 it is recorded on the item, and logged
                self._put_aside(loaded.item_id, error)
            else:
                computed.append(Computed(books, adjustment, perf_counter() - started, values))
        return computed

    def _computed(self, loaded: LoadedItem) -> Adjustment:
        """What an item lacks; computed many times in a run, without what only goes up and down."""
        adjustment = steps.compute(loaded, self.terms)
        if self.claimed[loaded.item_id].rounds <= alternations.MAX_TURNS or self.terms.preview:
            return adjustment
        assert self.terms.run_id is not None
        return alternations.without_alternating(
            adjustment, run_id=self.terms.run_id, precision_e5=self.terms.precision_e5
        )

    def _planned_order_values(self, item_ids: Sequence[int]) -> dict[int, list[OutputValue]]:
        """What a preview's orders would give their outputs; item by item where that fails."""
        try:
            return overlay.planned_order_values(item_ids, self.terms)
        except Exception as error:  # noqa: BLE001 as above
            if len(item_ids) > 1:
                return {
                    key: values for item_id in item_ids for key, values in self._planned_order_values([item_id]).items()
                }
            self._put_aside(item_ids[0], error)
            return {}

    def _load(self, item_ids: Sequence[int]) -> list[LoadedItem]:
        """Read the books of items; where that fails, one by one, so that the others are read."""
        if not item_ids:
            return []
        try:
            return steps.load(item_ids, self.terms)
        except Exception as error:  # noqa: BLE001 as above
            if len(item_ids) > 1:
                return [loaded for item_id in item_ids for loaded in self._load([item_id])]
            self._put_aside(item_ids[0], error)
            return []

    def _store(self, chunk: Sequence[Computed]) -> list[int]:
        """Store items together; one by one where they are refused. Returns the items that changed meanwhile."""
        try:
            return self._commit(chunk)
        except Exception as error:  # noqa: BLE001 as above
            if _is_to_be_tried_again(error):
                return [computed.item_id for computed in chunk]
            if len(chunk) > 1 and not isinstance(error, STOPS):
                return [item_id for computed in chunk for item_id in self._store([computed])]
            self._put_aside(chunk[0].item_id, error)
            return []

    def _commit(self, chunk: Sequence[Computed]) -> list[int]:
        if self.terms.preview:
            return plans.keep(chunk, self.claimed, self.terms, self.worker)
        started = perf_counter()
        with posting() as context:
            locks.lock_items([computed.item_id for computed in chunk])
            same = steps.unchanged(chunk)
            if same:
                stored = adjustment_storing.store(same, terms=steps.storing_terms(self.terms), context=context)
                self._finish(same, stored, perf_counter() - started)
                self.worker.guard()
        found = {computed.item_id for computed in same}
        return [computed.item_id for computed in chunk if computed.item_id not in found]

    def _finish(self, chunk: Sequence[Computed], stored: StoredBatch, seconds: float) -> None:
        """In the items' own transaction: an item is done exactly when its entries are there."""
        assert self.terms.run_id is not None
        lines = [
            steps.log_line(
                computed, stored.items[computed.item_id], self.claimed[computed.item_id], seconds / len(chunk)
            )
            for computed in chunk
        ]
        claims.finish(self.terms.run_id, self.worker, lines)
        # After the items themselves: a product that is used to make itself again is opened again.
        claims.open_items(self.terms.run_id, stored.products)

    def _adjust_with_the_lock_first(self, item_id: int) -> None:
        if self.terms.preview:
            self._put_aside(item_id, DomainError(_("The item was posted all the time. Preview it again.")))
            return
        try:
            claims.check_rounds(self.claimed[item_id])
            with posting() as context:
                locks.lock_items([item_id])
                started = perf_counter()
                (loaded,) = steps.load([item_id], self.terms)
                computed = Computed(loaded, self._computed(loaded))
                stored = adjustment_storing.store([computed], terms=steps.storing_terms(self.terms), context=context)
                self._finish([computed], stored, perf_counter() - started)
                self.worker.guard()
        except Exception as error:  # noqa: BLE001 as above
            self._put_aside(item_id, error)

    def _put_aside(self, item_id: int, error: Exception) -> None:
        """Record why an item could not be adjusted. What is no fault of the item is raised on."""
        if isinstance(error, STOPS) or (isinstance(error, OperationalError) and not _is_to_be_tried_again(error)):
            raise error
        if isinstance(error, DomainError):
            reason, code = str(error), str(error.code)
            logger.warning("Cost of item %s could not be adjusted: %s", item_id, error)
        else:
            code = ErrorCode.INTERNAL_ERROR.value
            reason = _("An error in the program stopped the item (%(error)s). The log has the details.")
            reason %= {"error": type(error).__name__}
            logger.error("Cost of item %s could not be adjusted", item_id, exc_info=error)
        assert self.terms.run_id is not None
        self.aside.add(item_id)
        claims.fail(self.terms.run_id, self.worker, item_id, reason=reason, code=code, seconds=0)


def _chunks(computed: Sequence[Computed]) -> Iterator[list[Computed]]:
    """Cut into what is committed together."""
    chunk: list[Computed] = []
    size = 0
    for each in computed:
        chunk.append(each)
        size += len(each.adjustment.corrections)
        if size >= VALUES_PER_COMMIT:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _is_to_be_tried_again(error: Exception) -> bool:
    return isinstance(error, locks.Busy) or getattr(error.__cause__, "sqlstate", None) in RETRIED_STATES
