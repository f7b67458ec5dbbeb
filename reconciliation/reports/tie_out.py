"""Inventory to G/L tie-out: every account of the matrix, from the value entries to the ledger, cause by cause."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reconciliation import explanations
from reconciliation.causes import SORTS, Sort
from reconciliation.figures import Figure
from reconciliation.reports.layout import ZERO, Column, Options, Result, Row, Tie, figure_url
from reconciliation.rows import COLUMNS, DIFFERENCE, GL_TOTAL, TOTAL
from reconciliation.selectors import Line

STEPS: dict[str, Sort] = {"missing": Sort.VALUES, "misplaced": Sort.LINKS, "untied": Sort.ENTRIES}


def tie_out(options: Options) -> Result:
    """Value entries, + not in the ledger, + elsewhere in it, + in it without value entries, + unexplained = ledger."""
    found = explanations.explained(options.scope)
    columns = [
        Column("account", _("Account"), "text"),
        Column("total", _("Value entries")),
        Column("missing", _("Not in the ledger")),
        Column("misplaced", _("On another date or account")),
        Column("untied", _("Without value entries")),
        Column("unexplained", _("Unexplained")),
        Column("gl_total", _("G/L Total")),
    ]
    lines = [line for line in found.all_lines() if line.gl_total is not None]
    rows = [_row(line, options) for line in lines]
    result = Result(columns, rows, ())
    ledger = sum((line.gl_total or ZERO for line in lines), ZERO)
    steps = sum((result.totals[name] for name in ("total", *STEPS, "unexplained")), ZERO)
    tie = Tie(_("Value entries and causes = G/L Total of all accounts"), steps, ledger)
    return Result(columns, rows, (tie,))


def _row(line: Line, options: Options) -> Row:
    values = dict.fromkeys((*STEPS, "unexplained"), ZERO)
    for part in line.causes:
        name = next((name for name, sort in STEPS.items() if SORTS.get(part.cause) == sort), "unexplained")
        values[name] += part.amount
    row, column = (DIFFERENCE, line.key) if line.key in COLUMNS else (line.key, DIFFERENCE)
    difference = Figure(options.scope, row, column, dict(options.list_filters))
    urls = dict.fromkeys((*STEPS, "unexplained"), difference.panel_url)
    urls["total"] = figure_url(options, *((TOTAL, line.key) if line.key in COLUMNS else (line.key, TOTAL)))
    urls["gl_total"] = figure_url(options, *((GL_TOTAL, line.key) if line.key in COLUMNS else (line.key, GL_TOTAL)))
    return Row({**values, "account": line.label, "total": line.total, "gl_total": line.gl_total}, urls)
