"""Questions to the general ledger: balances, trial balance, entries behind a figure; tiles and hits of home."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from config.base.expressions import exact_value
from config.base.pages import Cue, Hit
from ledger.enums import AccountType
from ledger.models import AccountingPeriod, GeneralJournalLine, GLAccount, GLEntry

ZERO = Decimal(0)
MAX_HITS = 8
GL_VIEW = "base.gl_view"
GL_JOURNAL = "base.gl_journal"


@dataclass(frozen=True, slots=True)
class AccountNode:
    """An account at its place in the chart: depth from 0; balance and posting accounts at and below it."""

    account: GLAccount
    level: int
    balance: Decimal
    posting_nos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """Debit positive; `debit` and `credit` are the sums of the period, both positive."""

    account: GLAccount
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal


def dated(date_from: date | None = None, date_to: date | None = None) -> Q:
    """The condition that an entry is posted from one date to another, both included; None is open."""
    condition = Q()
    if date_from is not None:
        condition &= Q(posting_date__gte=date_from)
    if date_to is not None:
        condition &= Q(posting_date__lte=date_to)
    return condition


def net_changes(account_ids: Collection[int], *, within: Q | None = None) -> dict[int, Decimal]:
    """The net change of each account, debit positive; `within` is the condition on its entries, as of `dated`.

    One query; an account without entries has 0.
    """
    found = GLEntry.objects.filter(within or Q(), gl_account_id__in=account_ids).order_by()
    sums = found.values_list("gl_account_id").annotate(Sum("amount"))
    return dict.fromkeys(account_ids, ZERO) | dict(sums)


def balance(account_no: str, *, as_of: date | None = None) -> Decimal:
    """The balance of one account, debit positive; 0 where the account does not exist."""
    entries = GLEntry.objects.filter(dated(None, as_of), gl_account__no=account_no)
    total: Decimal | None = entries.aggregate(total=Sum("amount"))["total"]
    return ZERO if total is None else total


def chart(*, within: Q | None = None) -> list[AccountNode]:
    """All accounts as a tree, each parent before its children, in the order of numbers. Two queries.

    Headings and totals show the sum of what stands below them; `within` limits the entries, as in `net_changes`.
    """
    accounts = list(GLAccount.objects.order_by("no", "pk"))
    own = net_changes([account.pk for account in accounts], within=within)
    children: dict[int | None, list[GLAccount]] = {}
    for account in accounts:
        children.setdefault(account.parent_id, []).append(account)
    nodes: list[AccountNode] = []
    for account in children.get(None, []):
        nodes += _subtree(account, 0, children, own)
    return nodes


def _subtree(
    account: GLAccount, level: int, children: dict[int | None, list[GLAccount]], own: dict[int, Decimal]
) -> list[AccountNode]:
    below: list[AccountNode] = []
    total = own[account.pk]
    numbers: tuple[str, ...] = (account.no,) if account.account_type == AccountType.POSTING else ()
    for child in children.get(account.pk, []):
        branch = _subtree(child, level + 1, children, own)
        total += branch[0].balance
        numbers += branch[0].posting_nos
        below += branch
    return [AccountNode(account, level, total, numbers), *below]


def trial_balance(*, date_from: date | None = None, date_to: date | None = None) -> list[TrialBalanceRow]:
    """Opening balance, debit, credit and closing balance of every posting account that has entries. One query."""
    before = Q(entries__posting_date__lt=date_from) if date_from else Q(pk__in=[])
    within = Q()
    if date_from:
        within &= Q(entries__posting_date__gte=date_from)
    if date_to:
        within &= Q(entries__posting_date__lte=date_to)
    accounts = GLAccount.objects.filter(account_type=AccountType.POSTING).annotate(
        opening=Sum("entries__amount", filter=before, default=ZERO),
        debit=Sum("entries__amount", filter=within & Q(entries__amount__gt=0), default=ZERO),
        credit=Sum("entries__amount", filter=within & Q(entries__amount__lt=0), default=ZERO),
        # Counted by what the index holds, so that no entry is read.
        entry_count=Count("entries__amount"),
    )
    return [
        TrialBalanceRow(
            account, account.opening, account.debit, -account.credit, account.opening + account.debit + account.credit
        )
        for account in accounts.filter(entry_count__gt=0).order_by("no", "pk")
    ]


def periods_with_years() -> QuerySet[Any]:
    """Accounting periods with `fiscal_year`, the first day of the fiscal year that they belong to."""
    years = AccountingPeriod.objects.filter(new_fiscal_year=True, starting_date__lte=OuterRef("starting_date"))
    found: QuerySet[Any] = AccountingPeriod.objects.annotate(
        fiscal_year=Subquery(years.order_by("-starting_date").values("starting_date")[:1])
    )
    return found


def account_url(no: str) -> str:
    """The card of an account; a number with a slash has none."""
    try:
        return reverse("ledger:glaccount_detail", args=[no])
    except NoReverseMatch:
        return ""


def entries_url(account_nos: Sequence[str] = (), *, dates: str = "", **filters: str) -> str:
    """The list of G/L entries with its filters filled in; its total equals `net_changes` of the same accounts."""
    query = {"gl_account": "|".join(exact_value(no) for no in account_nos), "posting_date": dates, **filters}
    filled = {name: value for name, value in query.items() if value}
    return reverse("ledger:glentry_list") + ("?" + urlencode(filled) if filled else "")


def find_entries_url(document_no: str, posting_date: date) -> str:
    """Everything of a document number and date in all ledgers; the app that knows them all serves the page by name."""
    query = {"document_no": exact_value(document_no), "posting_date": posting_date.isoformat()}
    return f"{reverse('costing:find_entries')}?{urlencode(query)}"


def date_range(date_from: date | None, date_to: date | None) -> str:
    """Dates as a filter box takes them: `2026-01-01..2026-01-31`, open at either end; blank for all dates."""
    if date_from is None and date_to is None:
        return ""
    return f"{date_from.isoformat() if date_from else ''}..{date_to.isoformat() if date_to else ''}"


def cues(user: Any) -> list[Cue]:
    """The user's own general journal, where it holds lines."""
    if not user.has_perm(GL_JOURNAL):
        return []
    count = GeneralJournalLine.objects.filter(owner=user).count()
    return [Cue(_("General journal lines to post"), count, reverse("ledger:journal"))]


def find(user: Any, text: str) -> list[Hit]:
    """Accounts by number or name."""
    if not user.has_perm(GL_VIEW):
        return []
    accounts = GLAccount.objects.filter(Q(no__istartswith=text) | Q(name__icontains=text)).order_by("no", "pk")
    return [
        Hit(account.no, reverse("ledger:glaccount_detail", args=[account.no]), kind=_("G/L account"), hint=account.name)
        for account in accounts[:MAX_HITS]
    ]
