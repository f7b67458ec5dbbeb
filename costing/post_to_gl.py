"""Post inventory cost to G/L: the batch job over the queue of value entries that wait.

Each batch is a transaction of its own: it takes waiting entries nobody else has taken, posts those whose accounts are
in order, and lists the others as skipped, with the reason; they stay in the queue.
Source: finance-how-to-post-inventory-costs-to-the-general-ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.transactions import posting
from costing import accounts as account_lookup
from costing import gl_posting, rules
from costing.accounts import FrozenAccounts, PostingKey
from costing.enums import AccountRole, RunState
from costing.gl_posting import ValueToPost
from costing.models import CostingSetup, GLItemLedgerRelation, PostToGLRun, SkippedEntry, ValueEntry, ValueEntryToPost
from ledger.enums import AccountType
from ledger.models import GLAccount, GLRegister

BATCH_SIZE = 2000

Report = Callable[[int, int], None]
Guard = Callable[[], None]


def _always_ours() -> None:
    """The guard of a run that no job stands behind."""


@dataclass(frozen=True, slots=True)
class PostToGLResult:
    """What a run did: counts of value entries, and the sum of the amounts posted (inbound positive)."""

    run_id: int
    posted: int
    amount: Decimal
    skipped: int


@dataclass(frozen=True, slots=True)
class Skip:
    value_entry_id: int
    code: str
    reason: str


def post_inventory_cost(
    *,
    through: date | None,
    item_ids: Sequence[int] | None = None,
    per_posting_group: bool = False,
    document_no: str = "",
    post: bool = True,
    user_id: int | None = None,
    report: Report | None = None,
    job_id: int | None = None,
    today: date | None = None,
    guard: Guard = _always_ours,
) -> PostToGLResult:
    """Post waiting value entries dated up to `through`, one G/L pair each; what cannot be posted is skipped and listed.

    With `post` off the same is done and nothing is kept but the run's own report. With a `job_id` a run that a lost
    worker left goes on: what it posted no longer waits. `report` is called between batches and may raise to stop;
    `guard` before each batch is committed: it raises when the run belongs to another worker by now.
    Raises: DomainError when a document number is given for posting per entry.
    """
    _check_request(per_posting_group=per_posting_group, document_no=document_no)
    setup = CostingSetup.at(today or timezone.localdate())
    run = _start_run(job_id, through=through, post=post, user_id=user_id)
    total = _waiting(through, item_ids).count()
    done, last_key = 0, 0
    while True:
        if report:
            report(done, total)
        taken, last_key = _post_batch(run, setup, through=through, item_ids=item_ids, after=last_key, guard=guard)
        done += taken
        if not taken:
            break
    PostToGLRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    run.refresh_from_db()
    return PostToGLResult(run.pk, run.posted_count, run.posted_amount, run.skipped_count)


def _start_run(job_id: int | None, **fields: Any) -> PostToGLRun:
    begun = PostToGLRun.objects.filter(job_id=job_id).first() if job_id is not None else None
    if begun is not None:
        # Skipped entries still wait: they are looked at again, and listed again where nothing changed.
        begun.skipped.all().delete()
        PostToGLRun.objects.filter(pk=begun.pk).update(skipped_count=0, state=RunState.RUNNING)
        return begun
    return PostToGLRun.objects.create(job_id=job_id, state=RunState.RUNNING, created_at=timezone.now(), **fields)


def _check_request(*, per_posting_group: bool, document_no: str) -> None:
    if per_posting_group:
        raise DomainError(
            _("Posting per posting group is not available yet. Post per entry."), code=ErrorCode.NOT_BUILT
        )
    if document_no:
        raise DomainError(
            _("Posting per entry uses the numbers of the entries. Leave the document number blank."),
            code=ErrorCode.INVALID_INPUT,
        )


def _waiting(through: date | None, item_ids: Sequence[int] | None) -> QuerySet[ValueEntryToPost]:
    waiting = ValueEntryToPost.objects.all()
    if through is not None:
        waiting = waiting.filter(posting_date__lte=through)
    if item_ids is not None:
        waiting = waiting.filter(item_id__in=item_ids)
    return waiting


def _post_batch(
    run: PostToGLRun,
    setup: CostingSetup,
    *,
    through: date | None,
    item_ids: Sequence[int] | None,
    after: int,
    guard: Guard,
) -> tuple[int, int]:
    """Post the next entries in number order; return how many were taken and the last number."""
    with posting(preview=not run.post) as context:
        keys = list(
            _waiting(through, item_ids)
            .filter(pk__gt=after)
            .order_by("pk")
            .select_for_update(skip_locked=True, of=("self",))
            .values_list("pk", flat=True)[:BATCH_SIZE]
        )
        if not keys:
            return 0, after
        ready, skipped = _sort_out(_read(keys), setup)
        if ready:
            entry_ids = gl_posting.post_value_entries(
                ready,
                include_expected=setup.expected_cost_posting,
                context=context,
                user_id=run.user_id,
                register_id=run.gl_register_id,
            )
            if run.post and run.gl_register_id is None:
                # The batches of a run share the register of the first one.
                run.gl_register = GLRegister.objects.get(transactions__entries=entry_ids[0])
                run.save(update_fields=["gl_register"])
            ValueEntryToPost.objects.filter(pk__in=[value.id for value in ready]).delete()
        guard()
        if run.post:
            _log(run, ready, skipped, setup)
    if not run.post:
        # What was rolled back leaves its report.
        _log(run, ready, skipped, setup)
    return len(keys), keys[-1]


def _log(run: PostToGLRun, ready: Sequence[ValueToPost], skipped: Sequence[Skip], setup: CostingSetup) -> None:
    amount = sum(
        (
            pair.amount
            for value in ready
            for pair in gl_posting.pairs_of(value, include_expected=setup.expected_cost_posting)
        ),
        Decimal(0),
    )
    SkippedEntry.objects.bulk_create(
        SkippedEntry(run=run, value_entry_id=skip.value_entry_id, code=skip.code, reason=skip.reason)
        for skip in skipped
    )
    PostToGLRun.objects.filter(pk=run.pk).update(
        posted_count=F("posted_count") + len(ready),
        posted_amount=F("posted_amount") + amount,
        skipped_count=F("skipped_count") + len(skipped),
    )


def _read(keys: Sequence[int]) -> list[tuple[ValueToPost, PostingKey]]:
    """Read value entries less what the general ledger holds of them, with accounts frozen or, where blank, of today."""
    rows = list(ValueEntry.objects.filter(pk__in=keys).order_by("item_id", "posting_date", "pk"))
    held: dict[tuple[int, str], Decimal] = {
        (entry_id, pair): amount
        for entry_id, pair, amount in GLItemLedgerRelation.objects.filter(value_entry__in=keys).values_list(
            "value_entry_id", "pair", "amount"
        )
    }
    sets = account_lookup.accounts_of_sets({row.account_set_id for row in rows if row.account_set_id})
    posting_keys = {row.pk: _posting_key(row) for row in rows}
    today = account_lookup.frozen_accounts(set(posting_keys.values()))
    return [
        (
            ValueToPost(
                id=row.pk,
                item_id=row.item_id,
                item_ledger_entry_type=row.item_ledger_entry_type,
                entry_type=row.entry_type,
                variance_type=row.variance_type,
                order_type=row.order_type,
                posting_date=row.posting_date,
                document_no=row.document_no,
                external_document_no=row.external_document_no,
                description=row.description,
                actual=row.cost_amount_actual - held.get((row.pk, "actual"), Decimal(0)),
                expected=row.cost_amount_expected - held.get((row.pk, "expected"), Decimal(0)),
                inventoriable=row.inventoriable,
                dimension_set_id=row.dimension_set_id,
                accounts=_filled(sets.get(row.account_set_id or 0), today[posting_keys[row.pk]]),
            ),
            posting_keys[row.pk],
        )
        for row in rows
    ]


def _posting_key(row: ValueEntry) -> PostingKey:
    return PostingKey(
        row.location_id, row.inventory_posting_group_id, row.gen_bus_posting_group_id, row.gen_prod_posting_group_id
    )


def _filled(frozen: FrozenAccounts | None, today: FrozenAccounts) -> FrozenAccounts:
    return today if frozen is None else replace(frozen, account_ids=today.account_ids | frozen.account_ids)


def _sort_out(
    values: Sequence[tuple[ValueToPost, PostingKey]], setup: CostingSetup
) -> tuple[list[ValueToPost], list[Skip]]:
    """Tell which entries can be posted, and why the others cannot."""
    unusable = _unusable_accounts({pk for value, _key in values for pk in value.accounts.account_ids.values()})
    ready: list[ValueToPost] = []
    skipped: list[Skip] = []
    for value, key in values:
        pairs = gl_posting.pairs_of(value, include_expected=setup.expected_cost_posting)
        problem = _problem(value, key, [pair.roles for pair in pairs], unusable)
        if not pairs:
            skipped.append(Skip(value.id, "nothing_to_post", _("Nothing of it is left to post.")))
        elif problem:
            skipped.append(problem)
        else:
            ready.append(value)
    return ready, skipped


def _problem(
    value: ValueToPost, key: PostingKey, pairs: Sequence[rules.AccountPair], unusable: dict[int, str]
) -> Skip | None:
    try:
        account_lookup.check_roles(key, value.accounts, pairs)
    except DomainError as error:
        return Skip(value.id, error.code, str(error))
    roles: set[AccountRole] = {role for pair in pairs for role in (pair.account, pair.balancing)}
    for role in sorted(roles):
        account_id = value.accounts.account_ids[role.value]
        if account_id in unusable:
            return Skip(
                value.id,
                ErrorCode.BLOCKED_ACCOUNT,
                _("Account %(no)s (%(role)s) is blocked or no posting account. Open it, then post again.")
                % {"no": unusable[account_id], "role": role.label},
            )
    return None


def _unusable_accounts(account_ids: set[int]) -> dict[int, str]:
    """Return the numbers of those accounts that cannot be posted to, by id."""
    accounts = GLAccount.objects.filter(pk__in=account_ids)
    unusable = accounts.exclude(account_type=AccountType.POSTING, blocked=False)
    return dict(unusable.values_list("pk", "no"))
