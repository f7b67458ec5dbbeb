"""A blocked line of the general posting setup stops a run before it posts: somebody said that nothing may be."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode, Problem
from costing.models import GeneralPostingSetup, ValueEntry


class BlockedPostingSetup(DomainError):
    """Entries wait whose general posting setup is blocked."""

    code = ErrorCode.MISSING_POSTING_SETUP


def check(waiting: QuerySet[Any]) -> None:
    """Refuse to post while an entry of the queue belongs to a blocked line. One query where nothing is blocked.

    Raises: BlockedPostingSetup naming each such line.
    """
    blocked = GeneralPostingSetup.objects.filter(blocked=True).order_by("pk")
    lines = blocked.select_related("gen_bus_posting_group", "gen_prod_posting_group")
    problems = [_problem(line) for line in lines if _entries_of(line, waiting).exists()]
    if problems:
        raise BlockedPostingSetup(problems=problems)


def _entries_of(line: GeneralPostingSetup, waiting: QuerySet[Any]) -> QuerySet[ValueEntry]:
    groups = Q(
        gen_prod_posting_group_id=line.gen_prod_posting_group_id,
        gen_bus_posting_group_id=line.gen_bus_posting_group_id,
    )
    if line.gen_bus_posting_group_id is None:
        groups = Q(gen_prod_posting_group_id=line.gen_prod_posting_group_id, gen_bus_posting_group_id__isnull=True)
    return ValueEntry.objects.filter(groups, pk__in=waiting.values("pk"))


def _problem(line: GeneralPostingSetup) -> Problem:
    text = _("General posting setup %(line)s is blocked, and value entries of it wait. Unblock it, then post again.")
    return Problem(text % {"line": line}, ErrorCode.MISSING_POSTING_SETUP)
