"""The trial balance: opening, debit, credit and closing of every account in the chosen dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import exports
from config.base.pages import Action, Cell, Matrix, MatrixRow
from config.base.preferences import today_of
from config.base.views import MatrixView, exporting
from config.base.views.access import AccessMixin
from ledger import selectors
from ledger.forms import TrialBalanceForm
from ledger.selectors import GL_VIEW, ZERO, TrialBalanceRow

COLUMNS = ("opening", "debit", "credit", "closing")


def labels() -> dict[str, str]:
    """The headings of the columns."""
    words = (_("Opening balance"), _("Debit"), _("Credit"), _("Closing balance"))
    return dict(zip(COLUMNS, words, strict=True))


class TrialBalanceView(MatrixView):
    permission_required = GL_VIEW
    title = gettext_lazy("Trial balance")
    form_class = TrialBalanceForm
    verb = gettext_lazy("Show")

    def get_initial(self) -> dict[str, Any]:
        """This year so far."""
        today = today_of(self.request)
        return {"date_from": today.replace(month=1, day=1).isoformat(), "date_to": today.isoformat()}

    def get_matrix(self, form: Any) -> Matrix:
        date_from, date_to = form.cleaned_data["date_from"], form.cleaned_data["date_to"]
        rows = _rows(form)
        return Matrix(
            columns=tuple(labels().items()),
            rows=[_matrix_row(row, date_from, date_to) for row in rows],
            foot=[MatrixRow("total", _("Total"), {name: Cell(_sum(rows, name)) for name in COLUMNS})],
            caption=_("Trial balance"),
        )

    def get_actions(self) -> list[Action]:
        query = self.request.GET.urlencode()
        stem = self.request.path.rstrip("/")
        names = {"csv": _("CSV"), "xlsx": _("Excel"), "json": _("JSON")}
        return [
            Action(label, f"{stem}.{ending}?{query}", permission=exporting.EXPORT) for ending, label in names.items()
        ]


class TrialBalanceFileView(AccessMixin):
    """The same figures as a file. Dates that cannot be read are a refusal (400)."""

    permission_required = GL_VIEW

    def get(self, request: HttpRequest, export_format: str) -> HttpResponseBase:
        """The file."""
        form = TrialBalanceForm(request.GET, user=request.user)
        if not form.is_valid():
            return HttpResponse(form.errors.as_text(), status=400, content_type="text/plain; charset=utf-8")
        return _file(request, form, export_format)


def _file(request: HttpRequest, form: Any, export_format: str) -> HttpResponseBase:
    rows, dates = _rows(form), form.cleaned_data
    columns = [("no", _("No."), "text"), ("name", _("Name"), "text")]
    columns += [(name, label, "amount") for name, label in labels().items()]
    export = exports.Export(
        title=_("Trial balance"),
        filename="trial-balance",
        columns=[exports.ExportColumn(*column) for column in columns],
        rows=iter([row.account.no, row.account.name, *(getattr(row, name) for name in COLUMNS)] for row in rows),
        count=len(rows),
        totals={name: _sum(rows, name) for name in COLUMNS},
        total_kinds=dict.fromkeys(COLUMNS, "amount"),
        filters={_("From"): str(dates["date_from"] or ""), _("To"): str(dates["date_to"] or "")},
        ignored=[],
    )
    return exporting.deliver(request, export, export_format)


def _rows(form: Any) -> list[TrialBalanceRow]:
    return selectors.trial_balance(date_from=form.cleaned_data["date_from"], date_to=form.cleaned_data["date_to"])


def _matrix_row(row: TrialBalanceRow, date_from: date | None, date_to: date | None) -> MatrixRow:
    no = row.account.no
    within = selectors.date_range(date_from, date_to)
    # Without a first day nothing is open before it.
    before = selectors.date_range(None, date_from - timedelta(days=1)) if date_from else "<1000-01-01"
    return MatrixRow(
        no,
        f"{no} {row.account.name}",
        {
            "opening": Cell(row.opening, url=selectors.entries_url([no], dates=before)),
            "debit": Cell(row.debit, url=selectors.entries_url([no], dates=within, amount=">0")),
            "credit": Cell(row.credit, url=selectors.entries_url([no], dates=within, amount="<0")),
            "closing": Cell(row.closing, url=selectors.entries_url([no], dates=selectors.date_range(None, date_to))),
        },
        url=selectors.account_url(no),
    )


def _sum(rows: Sequence[TrialBalanceRow], name: str) -> Decimal:
    return sum((getattr(row, name) for row in rows), ZERO)
