"""The panel of a difference: both sides, the causes that add up to it, and under each cause its entries."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from config.base.formatting import format_date
from config.base.pages import Panel, PanelGroup, PanelRow
from reconciliation import causes, explanations
from reconciliation.causes import SORTS, Sort
from reconciliation.cures import cures_of
from reconciliation.enums import MEANINGS, Cause
from reconciliation.figures import Figure
from reconciliation.rows import DIFFERENCE, GL_TOTAL, TOTAL
from reconciliation.selectors import ZERO, Line, Part

MAX_ENTRIES = 12


def difference_panel(figure: Figure) -> Panel | None:
    """The panel of a difference; its total is the cell. None where the row is no account."""
    figure = figure.beside(DIFFERENCE)
    line = _line_of(figure)
    if line is None or line.gl_total is None or line.difference is None:
        return None
    found = {part.cause for part in line.causes}
    groups = [_sides(figure, line)]
    if line.causes:
        groups.append(_causes(figure, line))
    groups += [entries_group(figure, part) for part in line.causes if part.cause in SORTS]
    return Panel(
        title=figure.title,
        total=line.difference,
        sentence=_("G/L Total less Total. The causes add up to the difference; below them stand their entries."),
        groups=groups,
        actions=cures_of(found),
    )


def _line_of(figure: Figure) -> Line | None:
    found = explanations.explained(figure.scope)
    if figure.is_foot:
        return found.foot[figure.column]
    return next((line for line in found.lines if line.key == figure.row), None)


def _sides(figure: Figure, line: Line) -> PanelGroup:
    gl_total = line.gl_total or ZERO
    sides = [
        PanelRow(_("G/L Total"), gl_total, gl_total, figure.beside(GL_TOTAL).panel_url),
        PanelRow(_("Total"), line.total, -line.total, figure.beside(TOTAL).panel_url),
    ]
    return PanelGroup(_("Both sides"), sides, total=line.difference)


def _causes(figure: Figure, line: Line) -> PanelGroup:
    listed = [
        PanelRow(
            part.label,
            part.amount,
            part.amount,
            figure.cause_url(part.cause),
            hint=MEANINGS[part.cause] if part.amount else "",
            tone="danger" if part.cause == Cause.UNEXPLAINED and part.amount else "",
        )
        for part in with_unexplained(line)
    ]
    return PanelGroup(_("Causes"), listed, total=line.difference)


def with_unexplained(line: Line) -> list[Part]:
    """The causes, with "Unexplained" as the last one also where it is 0.00."""
    if any(part.cause == Cause.UNEXPLAINED for part in line.causes):
        return list(line.causes)
    return [*line.causes, Part(Cause.UNEXPLAINED, ZERO)]


def entries_group(figure: Figure, part: Part) -> PanelGroup:
    """The latest entries of a cause, and one line for all others. Two queries."""
    entries = causes.entries_of(figure.scope, (figure.row, figure.column), part.cause)
    sort = SORTS[part.cause]
    found = entries.aggregate(total=Sum("effect", default=ZERO), entry_count=Count("pk"))
    latest = list(entries.select_related(*_RELATED[sort]).order_by("-pk")[:MAX_ENTRIES])
    url = figure.cause_url(part.cause)
    listed = [_ROWS[sort](entry) for entry in latest]
    if found["entry_count"] > len(latest):
        rest: Decimal = found["total"] - sum((entry.effect for entry in latest), ZERO)
        text = _("%(count)s more entries") % {"count": found["entry_count"] - len(latest)}
        listed.append(PanelRow(text, None, rest, url))
    return PanelGroup(part.label, listed, total=found["total"], url=url)


def _value_row(entry: Any) -> PanelRow:
    item = entry.item.no if entry.item else ""
    return PanelRow(
        label=f"{format_date(entry.posting_date)} {entry.document_no}",
        amount=entry.amount,
        effect=entry.effect,
        url=reverse("costing:valueentry_detail", args=[entry.pk]),
        hint=f"{item} {entry.description}".strip(),
    )


def _link_row(link: Any) -> PanelRow:
    """A posted value entry: its own date, and where it stands in the ledger."""
    words = {
        "date": format_date(link.gl_entry.posting_date),
        "account": link.gl_entry.gl_account.no,
        "balancing": link.balancing_gl_entry.gl_account.no,
    }
    return PanelRow(
        label=f"{format_date(link.value_entry.posting_date)} {link.value_entry.document_no}",
        amount=link.amount,
        effect=link.effect,
        url=reverse("ledger:voucher_detail", args=[link.gl_entry.transaction_id]),
        hint=_("in the ledger on %(date)s, accounts %(account)s and %(balancing)s") % words,
    )


def _entry_row(entry: Any) -> PanelRow:
    return PanelRow(
        label=f"{format_date(entry.posting_date)} {entry.document_no}",
        amount=entry.amount,
        effect=entry.effect,
        url=reverse("ledger:voucher_detail", args=[entry.transaction_id]),
        hint=f"{entry.gl_account.no} {entry.description}".strip(),
    )


_ROWS: dict[Sort, Callable[[Any], PanelRow]] = {
    Sort.VALUES: _value_row,
    Sort.LINKS: _link_row,
    Sort.ENTRIES: _entry_row,
}
_RELATED: dict[Sort, tuple[str, ...]] = {
    Sort.VALUES: ("item",),
    Sort.LINKS: ("value_entry", "gl_entry__gl_account", "balancing_gl_entry__gl_account"),
    Sort.ENTRIES: ("gl_account",),
}
