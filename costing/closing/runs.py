"""Run a close, a rehearsal of it, or a recalculation: plan without a lock, then store in one transaction.

    first    the books alone, for an instant: checks, and the row of the run; from here on its date is shut
    plan     item by item, components first, without any lock: nobody waits
    last     one transaction writes changes, settlements, voucher, and completes the run

What fails or is cancelled before the last step leaves the books as they were; what is lost is begun again.
Source: inventory-close.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base import jobs, locks
from config.base.errors import ErrorCode, raise_problems
from config.base.transactions import PostingContext, posting
from costing import checks, close_liveness, inventory_periods, order_adjustment, order_states, period_blockers
from costing.checks import BeforeCloseDate
from costing.close_liveness import RunUnfinished
from costing.closing import before, calculation, plan_lines, reversing, storing, used_accounts, vouchers
from costing.closing.calculation import Plan
from costing.enums import CloseKind, RunState
from costing.models import CloseLogLine, ClosePlanLine, InventoryClose
from costing.setups import Setups
from inventory.entry_writing import write_register
from ledger import checks as ledger_checks

SOURCE_CODE = "INVTCLOSE"
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever starts a run chooses. `item_ids` None: all items."""

    on: date
    kind: CloseKind = CloseKind.CLOSE
    item_ids: Sequence[int] | None = None
    update_ledger: bool = True
    max_iterations: int = 100
    min_adjustment: Decimal = Decimal("0.01")
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class CloseResult:
    """`adjusted`: net change of inventory value, actual and expected."""

    close_id: int
    items: int
    entries: int
    settlements: int
    adjusted: Decimal
    warnings: int


def close_inventory(
    options: Options,
    *,
    user_id: int | None = None,
    job_id: int | None = None,
    report: Report | None = None,
    guard: Callable[[], None] | None = None,
) -> CloseResult:
    """Close, rehearse or recalculate. `report` may raise to cancel; `guard` raises where another worker took over.

    Raises: BeforeCloseDate, RunUnfinished; DomainError not_adjusted or open_entries where items that are settled at
    posting keep the period open; where the ledger is updated, period_closed where it does not allow the date, and
    missing_posting_setup or blocked_account where an account that would move is missing or blocked.
    """
    run = partial(_run, options, user_id=user_id, job_id=job_id, report=report, guard=guard)
    if job_id is not None or options.rehearsal:
        return run()
    with close_liveness.held():
        # Nobody else works on a run without a job now: one that says so was left behind.
        _give_up_all(InventoryClose.objects.filter(state=RunState.RUNNING, rehearsal=False, job__isnull=True))
        return run()


def _run(
    options: Options,
    *,
    user_id: int | None,
    job_id: int | None,
    report: Report | None,
    guard: Callable[[], None] | None,
) -> CloseResult:
    existing = _existing(job_id)
    if existing is not None and existing.state == RunState.DONE:
        # Lost after it was stored: what came after the storing may be missing.
        before.adjust_products(order_adjustment.unadjusted_items(), user_id=user_id)
        return result_of(existing)
    if existing is None and not options.rehearsal:
        check_start(options)
        if options.update_ledger:
            raise_problems(used_accounts.problems(options.on, options.item_ids))
        before.adjust_others(options, user_id=user_id)
    close = existing or _start(options, user_id=user_id, job_id=job_id)
    try:
        setups = Setups.at(options.on)
        plan = calculation.plan(options, setups=setups, report=report)
        _finish(close, plan, options, setups=setups, user_id=user_id, guard=guard)
    except jobs.AttemptLost:
        # Another worker has taken the run over: it is his to finish, or to give up.
        raise
    except jobs.JobCancelled:
        give_up(close.pk, state=RunState.CANCELLED)
        raise
    except Exception:
        give_up(close.pk, state=RunState.FAILED)
        raise
    if not options.rehearsal:
        before.adjust_products(plan.products, user_id=user_id)
    return result_of(InventoryClose.objects.get(pk=close.pk))


def _existing(job_id: int | None) -> InventoryClose | None:
    """The run that a job has begun before it was lost; its plan is made anew.

    It takes the books alone: a posting that was let in while the job lay given up is over, and will be read.
    """
    if job_id is None:
        return None
    found = InventoryClose.objects.filter(job_id=job_id, state__in=(RunState.RUNNING, RunState.DONE)).first()
    if found is not None and found.state == RunState.RUNNING:
        with posting(alone=True):
            found.plan_lines.all().delete()
            found.log_lines.all().delete()
    return found


def _give_up_all(runs: QuerySet[InventoryClose]) -> None:
    for close_id in list(runs.values_list("pk", flat=True)):
        give_up(close_id, state=RunState.FAILED)


def _start(options: Options, *, user_id: int | None, job_id: int | None) -> InventoryClose:
    """The first step: check everything that is cheap, and shut the date."""
    with posting(alone=True) as context:
        if not options.rehearsal:
            check_start(options)
            _check_adjusted(options)
            _give_up_all(close_liveness.left_behind())
        return InventoryClose.objects.create(
            kind=options.kind,
            closing_date=options.on,
            state=RunState.RUNNING,
            rehearsal=options.rehearsal,
            update_ledger=options.update_ledger,
            max_iterations=options.max_iterations,
            min_adjustment=options.min_adjustment,
            item_ids=None if options.item_ids is None else sorted(options.item_ids),
            job_id=job_id,
            user_id=user_id,
            created_at=context.created_at,
        )


def _check_adjusted(options: Options) -> None:
    if options.kind == CloseKind.CLOSE:
        raise_problems(period_blockers.problems(period_blockers.blockers(options.on)))


def check_start(options: Options) -> None:
    """What refuses a run before anything is written."""
    close_liveness.check_none_alive()
    last = checks.last_close_date()
    if last is not None and options.on <= last:
        raise BeforeCloseDate(
            _("The inventory is closed up to %(close)s already. Choose a later date, or reverse that close.")
            % {"close": last}
        )
    if options.update_ledger:
        ledger_checks.check_dates([options.on])
    if options.kind == CloseKind.CLOSE:
        issues = period_blockers.open_issues(options.on)
        raise_problems(period_blockers.problems(period_blockers.Blockers((), (), issues)))


def _finish(
    close: InventoryClose,
    plan: Plan,
    options: Options,
    *,
    setups: Setups,
    user_id: int | None,
    guard: Callable[[], None] | None,
) -> None:
    """The last step: store exactly the plan, or keep it where it is a rehearsal."""
    if options.rehearsal:
        with transaction.atomic():
            plan_lines.keep(close, plan)
            _complete(close, {})
        return
    with posting() as context:
        locks.lock_items({*plan.item_ids, *reversing.items_of_later_recalculations(options.on)})
        locked = InventoryClose.objects.select_for_update(no_key=True, of=("self",)).get(pk=close.pk)
        if locked.state != RunState.RUNNING:
            raise RunUnfinished(_("The run was given up meanwhile. Start it again."), code=ErrorCode.CHANGED_MEANWHILE)
        if guard is not None:
            guard()
        if options.kind == CloseKind.CLOSE:
            reversing.cancel_recalculations_after(options.on, context=context, user_id=user_id, setups=setups)
        _store(close, plan, options, setups=setups, context=context, user_id=user_id)


def _store(
    close: InventoryClose,
    plan: Plan,
    options: Options,
    *,
    setups: Setups,
    context: PostingContext,
    user_id: int | None,
) -> None:
    no = storing.document_no(close)
    close.register_id = write_register(
        source_code=SOURCE_CODE, document_no=no, user_id=user_id, created_at=context.created_at
    )
    changes = calculation.still_true(plan.changes)
    storing.write_changes(
        changes, on=options.on, document_no=no, register_id=close.register_id, context=context, user_id=user_id
    )
    if options.kind == CloseKind.CLOSE:
        made = storing.write_transfers(plan.transfers, close=close, context=context)
        storing.write_settlements(plan.numbered_settlements(made), close=close, context=context)
    voucher_id = vouchers.post(
        close.register_id, setups=setups, update_ledger=options.update_ledger, context=context, user_id=user_id
    )
    plan.products |= order_states.mark_from_corrections(plan.used_by_others)
    plan_lines.keep(close, plan)
    _complete(close, {"register_id": close.register_id, "voucher_id": voucher_id})
    if options.kind == CloseKind.CLOSE:
        closed = inventory_periods.close_with(
            options.on, context=context, user_id=user_id, reason=_("Inventory close %(no)s") % {"no": close.pk}
        )
        close.closed_periods.set(closed)


def _complete(close: InventoryClose, fields: dict[str, int | None]) -> None:
    InventoryClose.objects.filter(pk=close.pk).update(state=RunState.DONE, finished_at=timezone.now(), **fields)


def result_of(close: InventoryClose) -> CloseResult:
    """Say what a run did, or a rehearsal would do."""
    is_settlement = Q(details__has_key="settlement")
    found = close.plan_lines.aggregate(
        items=Count("item", distinct=True),
        entries=Count("pk", filter=~is_settlement),
        settlements=Count("pk", filter=is_settlement),
        adjusted=Sum("amount", filter=~is_settlement),
    )
    found["adjusted"] = found["adjusted"] or Decimal(0)
    return CloseResult(close_id=close.pk, warnings=close.log_lines.count(), **found)


def give_up(close_id: int, *, state: RunState = RunState.CANCELLED) -> bool:
    """Leave the books as before an unfinished run: its date is open again, nothing of its plan is left."""
    with transaction.atomic():
        unfinished = InventoryClose.objects.filter(pk=close_id, state=RunState.RUNNING)
        given_up = unfinished.update(state=state, finished_at=timezone.now(), job=None)
        if given_up:
            ClosePlanLine.objects.filter(close_id=close_id).delete()
            CloseLogLine.objects.filter(close_id=close_id).delete()
    return bool(given_up)
