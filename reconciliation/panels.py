"""The panel that explains a clicked figure: what is summed, the entries, the lists behind it. Its total is the figure.

cogs.inventory      value entries        cogs.gl_total     G/L accounts (by item: links from entries to items)
cogs.difference     the two sides and the causes           cogs.not_tied     G/L entries of no item
total.inventory, gl_total.inventory, ...: the same for the columns, at the foot
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from config.base.formatting import format_date
from config.base.pages import Panel, PanelGroup, PanelRow
from costing.enums import ValueEntryType, VarianceType
from costing.models import GLItemLedgerRelation, ValueEntry
from inventory.enums import ItemLedgerEntryType
from ledger import selectors as ledger_selectors
from ledger.models import GLAccount, GLEntry
from reconciliation import drilldown, rows, selectors
from reconciliation.difference_panel import difference_panel
from reconciliation.enums import Cause
from reconciliation.figures import Figure, figure_of
from reconciliation.forms import MatrixForm
from reconciliation.rows import COLUMNS, GL_TOTAL, NOT_TIED, TOTAL
from reconciliation.selectors import KIND, ZERO

MAX_ENTRIES = 40


def panel_of(form: MatrixForm, key: str) -> Panel | None:
    """The panel of a figure; None where the matrix has no such cell."""
    found = figure_of(key)
    if found is None:
        return None
    figure = Figure(form.scope, *found, list_filters=form.list_filters)
    if figure.is_foot and figure.column not in COLUMNS:
        return None
    if figure.kind == TOTAL:
        return _value_panel(figure)
    role = rows.role_of(figure.row, figure.column)
    if role is None or (figure.kind == NOT_TIED and not figure.scope.by_item):
        return None
    if figure.kind == GL_TOTAL:
        return _tied_panel(figure) if figure.scope.by_item else _ledger_panel(figure)
    return _untied_panel(figure) if figure.kind == NOT_TIED else difference_panel(figure)


def _value_panel(figure: Figure) -> Panel | None:
    if not rows.shares_of(figure.row, figure.column):
        return None
    entries = ValueEntry.objects.filter(figure.scope.value_entries())
    groups = value_groups(drilldown.with_effect(entries, figure.row, figure.column), figure)
    return Panel(
        title=figure.title,
        total=sum((group.total or ZERO for group in groups), ZERO),
        sentence=_(
            "The value entries of these kinds. An effect is signed as on the account itself: debit is positive."
        ),
        groups=groups,
        list_url=figure.url("valueentry_list"),
    )


def value_groups(counted: QuerySet[Any], figure: Figure) -> list[PanelGroup]:
    """The latest entries under their kinds, and per kind one line for all others. Two queries."""
    sums = list(
        counted.order_by(*KIND)
        .values_list(*KIND)
        .annotate(amounts=Sum("amount"), effects=Sum("effect"), entry_count=Count("pk"))
    )
    latest = list(counted.select_related("item").order_by("-posting_date", "-pk")[:MAX_ENTRIES])
    groups = []
    for entry, value, variance, order, amount, effect, count in sums:
        kind = (entry, value, variance, order)
        members = [each for each in latest if tuple(getattr(each, name) for name in KIND) == kind]
        url = figure.url("valueentry_list", **dict(zip(KIND, kind, strict=True)))
        listed = [_entry_row(each) for each in members]
        if count > len(members):
            listed.append(_rest_row(count - len(members), amount, effect, members, url))
        groups.append(PanelGroup(kind_label(entry, value, variance), listed, total=effect, url=url))
    return groups


def kind_label(entry: str, value: str, variance: str) -> str:
    """A kind of value entry in words: `Sale, direct cost`."""
    words = [str(ItemLedgerEntryType(entry).label), str(ValueEntryType(value).label).lower()]
    return ", ".join([*words, str(VarianceType(variance).label).lower()] if variance else words)


def _entry_row(entry: Any) -> PanelRow:
    item = entry.item.no if entry.item else ""
    return PanelRow(
        label=f"{format_date(entry.posting_date)} {entry.document_no}",
        amount=entry.amount,
        effect=entry.effect,
        url=reverse("costing:valueentry_detail", args=[entry.pk]),
        hint=f"{item} {entry.description}".strip(),
    )


def _rest_row(count: int, amount: Decimal, effect: Decimal, listed: list[Any], url: str) -> PanelRow:
    return PanelRow(
        label=_("%(count)s more entries") % {"count": count},
        amount=amount - sum((each.amount for each in listed), ZERO),
        effect=effect - sum((each.effect for each in listed), ZERO),
        url=url,
    )


def _ledger_panel(figure: Figure) -> Panel:
    """The accounts of the role, each with its net change."""
    role = rows.role_of(figure.row, figure.column)
    accounts = selectors.accounts_by_role()
    account_ids = accounts[role] if role else frozenset()
    within = figure.scope.dated()
    changes = ledger_selectors.net_changes(account_ids, within=within)
    found = list(GLAccount.objects.filter(pk__in=account_ids).order_by("no", "pk"))
    listed = [
        PanelRow(
            f"{account.no} {account.name}",
            changes[account.pk],
            url=figure.url("glentry_list", gl_account=account.no),
        )
        for account in found
    ]
    total = sum(changes.values(), ZERO)
    list_url = figure.url("glentry_list") if found else ""
    return Panel(
        title=figure.title,
        total=total,
        sentence=_("The net change of these accounts: those of the posting setup and those frozen on value entries."),
        groups=[PanelGroup(_("G/L accounts"), listed, total=total, url=list_url)],
        list_url=list_url,
    )


def _tied_panel(figure: Figure) -> Panel:
    """The part of the ledger that belongs to the chosen items, item by item."""
    condition = figure.scope.items("value_entry__") & figure.scope.dated("gl_entry__")
    counted = drilldown.with_gl_effect(GLItemLedgerRelation.objects.filter(condition), figure.row, figure.column)
    item_no = Coalesce("value_entry__item__no", "value_entry__capacity_ledger_entry__item__no")
    by_item = list(
        counted.annotate(item_no=item_no).order_by("item_no").values_list("item_no").annotate(effects=Sum("effect"))
    )
    total = sum((effect for _no, effect in by_item), ZERO)
    listed = [
        PanelRow(no or _("No item"), effect, url=figure.url("relation_list", item=no or "''"))
        for no, effect in by_item[:MAX_ENTRIES]
    ]
    if len(by_item) > MAX_ENTRIES:
        rest = sum((effect for _no, effect in by_item[MAX_ENTRIES:]), ZERO)
        text = _("%(count)s more items") % {"count": len(by_item) - MAX_ENTRIES}
        listed.append(PanelRow(text, rest, url=figure.url("relation_list")))
    return Panel(
        title=figure.title,
        total=total,
        sentence=_(
            "The part of the G/L entries that belongs to these items, through the links to their value entries."
        ),
        groups=[PanelGroup(_("Items"), listed, total=total)],
        list_url=figure.url("relation_list"),
    )


def _untied_panel(figure: Figure) -> Panel:
    entries = drilldown.untied(GLEntry.objects.filter(figure.scope.dated()), figure.row, figure.column)
    group = _untied_group(entries, figure)
    return Panel(
        title=figure.title,
        total=group.total or ZERO,
        sentence=_("G/L entries on these accounts behind which no value entry stands."),
        groups=[group],
        list_url=group.url,
    )


def _untied_group(entries: QuerySet[Any], figure: Figure) -> PanelGroup:
    found = entries.aggregate(total=Sum("amount", default=ZERO), entry_count=Count("pk"))
    latest = list(entries.select_related("gl_account").order_by("-posting_date", "-pk")[:MAX_ENTRIES])
    url = figure.url("untied_list", item="", location="", category="", lot="")
    listed = [
        PanelRow(
            label=f"{format_date(entry.posting_date)} {entry.document_no}",
            amount=entry.amount,
            url=reverse("ledger:voucher_detail", args=[entry.transaction_id]),
            hint=f"{entry.gl_account.no} {entry.description}".strip(),
        )
        for entry in latest
    ]
    if found["entry_count"] > len(latest):
        rest = found["total"] - sum((entry.amount for entry in latest), ZERO)
        text = _("%(count)s more entries") % {"count": found["entry_count"] - len(latest)}
        listed.append(PanelRow(text, rest, url=url))
    return PanelGroup(str(Cause.DIRECT_POSTING.label), listed, total=found["total"], url=url)
