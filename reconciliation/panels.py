"""The panel that explains a clicked figure: what is summed, the entries, the lists behind it. Its total is the figure.

cogs.inventory      value entries        cogs.gl_total     G/L accounts (by item: links from entries to items)
cogs.difference     the two sides and the causes           cogs.not_tied     G/L entries of no item
total.inventory, gl_total.inventory, ...: the same for the columns, at the foot
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from config.base.formatting import format_date
from config.base.pages import Action, Panel, PanelGroup, PanelRow
from costing.enums import ValueEntryType, VarianceType
from costing.models import GLItemLedgerRelation, ValueEntry
from inventory.enums import ItemLedgerEntryType
from ledger import selectors as ledger_selectors
from ledger.models import GLAccount, GLEntry
from reconciliation import drilldown, explanations, rows, selectors
from reconciliation.enums import Cause
from reconciliation.filters import figure_of
from reconciliation.forms import MatrixForm
from reconciliation.rows import COLUMNS, DIFFERENCE, GL_TOTAL, NOT_TIED, TOTAL, WARNING
from reconciliation.scopes import Scope
from reconciliation.selectors import ZERO, Line, Part

MAX_ENTRIES = 40
KIND = ("item_ledger_entry_type", "entry_type", "variance_type", "order_type")


@dataclass(frozen=True)
class Figure:
    """A cell of the matrix under the options of the page."""

    scope: Scope
    row: str
    column: str
    list_filters: dict[str, str]

    @property
    def is_foot(self) -> bool:
        return self.row in rows.FOOT_LABELS

    @property
    def kind(self) -> str:
        """Which of the amounts it is: a value, the G/L total, the difference ..."""
        kind = self.row if self.is_foot else self.column
        return TOTAL if kind in COLUMNS else DIFFERENCE if kind == WARNING else kind

    @property
    def title(self) -> str:
        first = rows.FOOT_LABELS[self.row] if self.is_foot else rows.ROW_LABELS[self.row]
        second = rows.COLUMN_LABELS[self.column]
        return f"{second}: {first}" if self.is_foot else f"{first}: {second}"

    def beside(self, kind: str) -> Figure:
        """Another amount of the same account."""
        return replace(self, row=kind) if self.is_foot else replace(self, column=kind)

    def url(self, name: str, **filters: str) -> str:
        """A list behind the figure, under the page's options."""
        dates = ledger_selectors.date_range(self.scope.date_from, self.scope.date_to)
        query = {"figure": f"{self.row}.{self.column}", "posting_date": dates, **self.list_filters, **filters}
        return f"{reverse(f'reconciliation:{name}')}?{urlencode({key: value for key, value in query.items() if value})}"


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
    return _untied_panel(figure) if figure.kind == NOT_TIED else _difference_panel(figure)


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


def value_groups(counted: QuerySet[Any], figure: Figure, **filters: str) -> list[PanelGroup]:
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
        url = figure.url("valueentry_list", **dict(zip(KIND, kind, strict=True)), **filters)
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
    dates = ledger_selectors.date_range(figure.scope.date_from, figure.scope.date_to)
    found = list(GLAccount.objects.filter(pk__in=account_ids).order_by("no", "pk"))
    listed = [
        PanelRow(
            f"{account.no} {account.name}",
            changes[account.pk],
            url=ledger_selectors.entries_url((account.no,), dates=dates),
        )
        for account in found
    ]
    total = sum(changes.values(), ZERO)
    list_url = ledger_selectors.entries_url(tuple(account.no for account in found), dates=dates) if found else ""
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
    by_item = list(
        counted.order_by("value_entry__item__no").values_list("value_entry__item__no").annotate(effects=Sum("effect"))
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


def _untied_group(entries: QuerySet[Any], figure: Figure, *, show_effect: bool = False) -> PanelGroup:
    found = entries.aggregate(total=Sum("amount", default=ZERO), entry_count=Count("pk"))
    latest = list(entries.select_related("gl_account").order_by("-posting_date", "-pk")[:MAX_ENTRIES])
    url = figure.url("untied_list", item="", location="", category="")
    listed = [
        PanelRow(
            label=f"{format_date(entry.posting_date)} {entry.document_no}",
            amount=entry.amount,
            effect=entry.amount if show_effect else None,
            url=reverse("ledger:voucher_detail", args=[entry.transaction_id]),
            hint=f"{entry.gl_account.no} {entry.description}".strip(),
        )
        for entry in latest
    ]
    if found["entry_count"] > len(latest):
        rest = found["total"] - sum((entry.amount for entry in latest), ZERO)
        text = _("%(count)s more entries") % {"count": found["entry_count"] - len(latest)}
        listed.append(PanelRow(text, rest, rest if show_effect else None, url))
    return PanelGroup(str(Cause.DIRECT_POSTING.label), listed, total=found["total"], url=url)


def _difference_panel(figure: Figure) -> Panel | None:
    line = _line_of(figure)
    if line is None or line.gl_total is None or line.difference is None:
        return None
    parts = {part.cause: part for part in line.causes}
    groups = [_sides(figure, line)]
    if parts:
        groups.append(_causes(figure, line))
    if Cause.NOT_POSTED in parts or Cause.EXPECTED_COST_SETUP in parts:
        groups += _missing_groups(figure)
    if Cause.DIRECT_POSTING in parts:
        entries = drilldown.untied(GLEntry.objects.filter(figure.scope.dated()), figure.row, figure.column)
        groups.append(_untied_group(entries, figure.beside(GL_TOTAL), show_effect=True))
    return Panel(
        title=figure.title,
        total=line.difference,
        sentence=_("G/L Total less Total. The causes add up to the difference; below them stand their entries."),
        groups=groups,
        actions=_cures(set(parts)),
    )


def _line_of(figure: Figure) -> Line | None:
    found = explanations.explain(selectors.reconcile(figure.scope))
    if figure.is_foot:
        return found.foot[figure.column]
    return next((line for line in found.lines if line.key == figure.row), None)


def _sides(figure: Figure, line: Line) -> PanelGroup:
    gl_total = line.gl_total or ZERO
    sides = [
        PanelRow(_("G/L Total"), gl_total, gl_total, _panel_url(figure.beside(GL_TOTAL))),
        PanelRow(_("Total"), line.total, -line.total, _panel_url(figure.beside(TOTAL))),
    ]
    return PanelGroup(_("Both sides"), sides, total=line.difference)


def _causes(figure: Figure, line: Line) -> PanelGroup:
    listed = [
        PanelRow(
            part.label,
            part.amount,
            part.amount,
            _cause_url(figure, part.cause),
            tone="danger" if part.cause == Cause.UNEXPLAINED and part.amount else "",
        )
        for part in _with_unexplained(line)
    ]
    return PanelGroup(_("Causes"), listed, total=line.difference)


def _with_unexplained(line: Line) -> list[Part]:
    """The causes, with "Unexplained" as the last one also where it is 0.00."""
    if any(part.cause == Cause.UNEXPLAINED for part in line.causes):
        return list(line.causes)
    return [*line.causes, Part(Cause.UNEXPLAINED, ZERO)]


def _cause_url(figure: Figure, cause: Cause) -> str:
    if cause in (Cause.NOT_POSTED, Cause.EXPECTED_COST_SETUP):
        return figure.beside(DIFFERENCE).url("valueentry_list", unposted="yes")
    if cause == Cause.DIRECT_POSTING:
        return figure.beside(GL_TOTAL).url("untied_list")
    return ""


def _missing_groups(figure: Figure) -> list[PanelGroup]:
    figure = figure.beside(DIFFERENCE)
    entries = ValueEntry.objects.filter(figure.scope.value_entries())
    counted = drilldown.with_effect(entries, figure.row, figure.column, unposted=True)
    return value_groups(counted, figure, unposted="yes")


def _cures(causes: set[Cause]) -> list[Action]:
    cures = []
    if Cause.NOT_POSTED in causes:
        cures.append(Action(_("Post these to G/L"), "costing:gl_post", permission="base.gl_post_inventory"))
    if Cause.EXPECTED_COST_SETUP in causes:
        url = reverse("admin:costing_costingsetup_changelist")
        cures.append(Action(_("Open costing setup"), url, permission="base.setup_edit"))
    return cures


def _panel_url(figure: Figure) -> str:
    """The panel of another figure, under the same options."""
    query = {
        "date_from": figure.scope.date_from.isoformat() if figure.scope.date_from else "",
        "date_to": figure.scope.date_to.isoformat() if figure.scope.date_to else "",
        **figure.list_filters,
        "show": "1",
        "warning": "1",
        "panel": f"{figure.row}.{figure.column}",
    }
    return f"{reverse('reconciliation:matrix')}?{urlencode({key: value for key, value in query.items() if value})}"
