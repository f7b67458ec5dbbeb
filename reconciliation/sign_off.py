"""Signing a reconciliation: its figures are frozen with a note and a hash, and compared with the books ever after.

The moment of knowledge is taken under the lock of the books, held alone for an instant: a posting that was not yet
visible can then carry no earlier time. The figures are computed after that, from what was known at the moment, so that
the same question gives the same answer for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.transactions import posting
from inventory.models import ItemCategory
from reconciliation import explanations, rows, selectors
from reconciliation.enums import Cause
from reconciliation.forms import read_words
from reconciliation.models import Finding, ReconciliationRun, SignOff
from reconciliation.plain import as_plain
from reconciliation.scopes import Scope
from reconciliation.selectors import ZERO, Matrix

FIGURES = ("total", "gl_total", "difference")


class FilterIsGone(DomainError):
    """A filter of a signed reconciliation names what is there no longer."""

    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class Compared:
    """An account of two matrices; `account` is the key of a row, or of a column at the foot."""

    account: str
    label: Any
    is_foot: bool
    first: Mapping[str, Decimal]
    second: Mapping[str, Decimal]

    @property
    def changes(self) -> dict[str, Decimal]:
        """Second less first, by figure."""
        return {name: self.second.get(name, ZERO) - self.first.get(name, ZERO) for name in FIGURES}

    @property
    def is_changed(self) -> bool:
        return any(self.changes.values())


def sign(scope: Scope, *, filters: Mapping[str, str], note: str, user_id: int | None) -> SignOff:
    """Freeze the matrix of a scope as it is known now, with its causes; return the signature.

    `filters`: the words of the filters (item, category, location, lot), as `scope_of` reads them again.
    Raises: Busy when the books are held for too long; then nothing is written.
    """
    if user_id is None:
        raise ValueError("A reconciliation is signed by somebody.")
    with posting(alone=True) as context:
        known_at = context.created_at
    found = explanations.explained(replace(scope, known_at=known_at))
    with transaction.atomic():
        run = ReconciliationRun.objects.create(
            date_from=scope.date_from,
            date_to=scope.date_to,
            filters={name: text for name, text in filters.items() if text},
            figures=as_plain(found),
            known_at=known_at,
            user_id=user_id,
        )
        Finding.objects.bulk_create(_findings(run, found))
        return SignOff.objects.create(
            run=run, user_id=user_id, note=note, digest=digest_of(run, note), signed_at=known_at
        )


def _findings(run: ReconciliationRun, found: Matrix) -> list[Finding]:
    places = [(line.key, rows.DIFFERENCE, line) for line in found.lines]
    places += [(rows.DIFFERENCE, column, line) for column, line in found.foot.items()]
    return [
        Finding(run=run, row=row, column=column, cause=part.cause.value, amount=part.amount)
        for row, column, line in places
        for part in line.causes
    ]


def digest_of(run: ReconciliationRun, note: str) -> str:
    """SHA-256 over what was signed, in one canonical writing: dates, filters, figures with causes, moment, note."""
    signed = {
        "from": run.date_from.isoformat() if run.date_from else None,
        "to": run.date_to.isoformat() if run.date_to else None,
        "filters": run.filters,
        "figures": run.figures,
        "known_at": run.known_at.astimezone(UTC).isoformat(),
        "user": run.user_id,
        "note": note,
    }
    text = json.dumps(signed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(signed: SignOff) -> bool:
    """Whether the stored figures are still those that were signed."""
    return digest_of(signed.run, signed.note) == signed.digest


def scope_of(run: ReconciliationRun, *, known_at: datetime | None = None) -> Scope:
    """What a signed reconciliation looked at. Raises: FilterIsGone."""
    names = ("item", "location", "lot")
    item, location, lot = (read_words(run.filters[name]) if run.filters.get(name) else None for name in names)
    category_id = None
    if code := run.filters.get("category"):
        category = ItemCategory.objects.filter(code=code).first()
        if category is None:
            raise FilterIsGone(_("Category %(code)s is there no longer.") % {"code": code})
        category_id = category.pk
    return Scope(
        date_from=run.date_from,
        date_to=run.date_to,
        category_id=category_id,
        known_at=known_at,
        item=item,
        location=location,
        lot=lot,
    )


def changes_since(run: ReconciliationRun) -> list[Compared]:
    """The accounts whose figures are others by now than when they were signed. Raises: FilterIsGone."""
    now = as_plain(selectors.reconcile(scope_of(run)))
    return [each for each in compare(run.figures, now) if each.is_changed]


def rewritten_since(run: ReconciliationRun) -> list[Compared]:
    """The accounts of which the books tell another past: as known at the moment of signing, computed anew.

    Empty in books that only grow. Raises: FilterIsGone.
    """
    then = as_plain(selectors.reconcile(scope_of(run, known_at=run.known_at)))
    return [each for each in compare(run.figures, then) if each.is_changed]


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Compared]:
    """Put two matrices beside each other, account by account; both as `as_plain` writes them."""
    found = []
    for part, labels in (("rows", rows.ROW_LABELS), ("columns", rows.COLUMN_LABELS)):
        sides = [{line["account"]: _figures(line) for line in each[part]} for each in (first, second)]
        for account in dict.fromkeys([*sides[0], *sides[1]]):
            if sides[0].get(account) or sides[1].get(account):
                values = [side.get(account, {}) for side in sides]
                found.append(Compared(account, labels[account], part == "columns", *values))
    return found


def _figures(line: Mapping[str, str]) -> dict[str, Decimal]:
    """The figures of an account; none for a row that is no account."""
    return {name: Decimal(line[name]) for name in FIGURES if line.get(name)}


def causes_over_time(run_ids: list[int]) -> dict[int, dict[Cause, Decimal]]:
    """For each run the causes of the differences of the balance-sheet accounts (the foot), summed. One query."""
    found: dict[int, dict[Cause, Decimal]] = {run_id: {} for run_id in run_ids}
    for finding in Finding.objects.filter(run__in=run_ids, row=rows.DIFFERENCE).order_by("pk"):
        by_cause = found[finding.run_id]
        cause = Cause(finding.cause)
        by_cause[cause] = by_cause.get(cause, ZERO) + finding.amount
    return found
