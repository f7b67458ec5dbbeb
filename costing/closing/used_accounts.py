"""The accounts that a close would move: those that were frozen when the issues were posted, usable today or not.

A change of the posting setup does not matter here; an account that was blocked since does, and a role that the entry
did not need when it was posted. Source: inventory-close (before closing: checks; general ledger).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from config.base.errors import ErrorCode, Problem
from costing import accounts as account_lookup
from costing import rules
from costing.enums import AccountRole, PostingPair, ValueEntryType
from costing.setups import Setups
from inventory.models import Item
from ledger import checks as ledger_checks
from ledger.models import GLAccount

# What a close can give another cost: issues, and receipts that take theirs from somewhere else.
_FROZEN = """
SELECT v.item_ledger_entry_type, v.account_set_id, sum(v.cost_amount_expected) <> 0, min(e.item_id), min(v.document_no)
FROM inventory_itemledgerentry e
JOIN inventory_item i ON i.id = e.item_id JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
WHERE e.open AND e.posting_date <= %(on)s AND g.settle_at = 'close'
  AND g.costing_method NOT IN ('standard', 'moving_average')
  AND (%(ids)s::bigint[] IS NULL OR e.item_id = ANY(%(ids)s))
  AND (e.quantity < 0 OR e.entry_type NOT IN ('purchase', 'positive_adjmt'))
  AND v.posting_date <= %(on)s AND v.inventoriable AND v.entry_type = 'direct_cost'
GROUP BY v.item_ledger_entry_type, v.account_set_id, e.id
"""
_WAYS = f"""
SELECT item_ledger_entry_type, account_set_id, bool_or(expected), min(item_id), min(document_no)
FROM ({_FROZEN}) AS f(item_ledger_entry_type, account_set_id, expected, item_id, document_no)
GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 our own text


def problems(on: date, item_ids: Sequence[int] | None = None) -> list[Problem]:
    """Return what is wrong with the accounts that a close of the day may move: each role or account once.

    `item_ids` None: all items. Codes: missing_posting_setup, blocked_account, invalid_input.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAYS, {"on": on, "ids": None if item_ids is None else list(item_ids)})
        ways = cursor.fetchall()
    sets = account_lookup.accounts_of_sets({way[1] for way in ways if way[1] is not None})
    expected_is_posted = Setups.at(on).costing.expected_cost_posting
    missing: dict[tuple[AccountRole, str], Problem] = {}
    used: set[int] = set()
    for entry_type, set_id, has_expected, item_id, document_no in ways:
        account_ids = sets[set_id].account_ids if set_id is not None else {}
        for role in _roles(entry_type, has_expected=has_expected and expected_is_posted):
            if role.value in account_ids:
                used.add(account_ids[role.value])
            else:
                missing.setdefault((role, document_no), _missing(role, item_id, document_no))
    return [*missing.values(), *_unusable(used)]


def _roles(entry_type: str, *, has_expected: bool) -> list[AccountRole]:
    kinds = [PostingPair.ACTUAL, PostingPair.EXPECTED] if has_expected else [PostingPair.ACTUAL]
    pairs = [
        rules.account_pair(
            item_ledger_entry_type=entry_type,
            entry_type=ValueEntryType.DIRECT_COST,
            variance_type="",
            order_type="",
            kind=kind,
        )
        for kind in kinds
    ]
    return [role for pair in pairs for role in (pair.account, pair.balancing)]


def _missing(role: AccountRole, item_id: int, document_no: str) -> Problem:
    text = _(
        "Document %(no)s was posted without a %(role)s account, which a change of its cost would move. Close without "
        "updating the general ledger; its posting to G/L then says which posting setup to complete."
    )
    item_no = Item.objects.filter(pk=item_id).values_list("no", flat=True).first() or ""
    code = ErrorCode.MISSING_POSTING_SETUP
    return Problem(text % {"no": document_no, "role": role.label}, code, item_no=item_no, document_no=document_no)


def _unusable(account_ids: set[int]) -> list[Problem]:
    found = [
        ledger_checks.account_problem(each) for each in GLAccount.objects.filter(pk__in=account_ids).order_by("no")
    ]
    return [problem for problem in found if problem is not None]
