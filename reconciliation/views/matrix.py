"""The reconciliation page and the lists behind its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import exports, listing
from config.base.formatting import current_region, format_number
from config.base.pages import Action, Cell, Matrix, MatrixRow, Panel, allowed
from config.base.views import MatrixView, PageView, exporting
from reconciliation import explanations, panels, selectors
from reconciliation.cures import cures_of
from reconciliation.enums import MEANINGS, Cause
from reconciliation.figures import Figure
from reconciliation.forms import MatrixForm
from reconciliation.rows import COLUMN_LABELS, COLUMNS, DIFFERENCE, FOOT_LABELS, GL_TOTAL, NOT_TIED, TOTAL, WARNING
from reconciliation.selectors import Line

SIGN = "base.recon_sign"
RECON = ("base.recon_view", "base.cost_view")
TITLE = gettext_lazy("Inventory - G/L reconciliation")


def columns_of(form: Any) -> list[tuple[str, Any]]:
    """The columns that the options ask for."""
    hidden = set() if form.scope.by_item else {NOT_TIED}
    hidden |= set() if form.cleaned_data["warning"] else {WARNING}
    return [(key, label) for key, label in COLUMN_LABELS.items() if key not in hidden]


def reconciled(form: Any) -> selectors.Matrix:
    """The matrix of the options, explained where warnings are wanted."""
    return explanations.explained(form.scope) if form.cleaned_data["warning"] else selectors.reconcile(form.scope)


@dataclass(frozen=True, slots=True)
class Place:
    """A cause's part in the difference of one account; `url` is the list of the entries behind it."""

    label: Any
    amount: Decimal
    url: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A cause with all that it does to the matrix, in an accountant's words, and what cures it."""

    cause: Cause
    places: tuple[Place, ...]
    actions: tuple[Action, ...]

    @property
    def meaning(self) -> Any:
        return MEANINGS[self.cause]

    @property
    def is_alarming(self) -> bool:
        return self.cause == Cause.UNEXPLAINED


def explained_causes(found: selectors.Matrix, form: Any, user: Any) -> list[Explained]:
    """The causes of all differences, each once, with the accounts that it touches."""
    places: dict[Cause, list[Place]] = {}
    figures = [(line, (line.key, DIFFERENCE)) for line in found.lines]
    figures += [(line, (DIFFERENCE, column)) for column, line in found.foot.items()]
    for line, place in figures:
        for part in line.causes:
            url = Figure(found.scope, *place, list_filters=form.list_filters).cause_url(part.cause)
            places.setdefault(part.cause, []).append(Place(line.label, part.amount, url))
    return [
        Explained(cause, tuple(places[cause]), tuple(allowed(cures_of({cause}), user)))
        for cause in Cause
        if cause in places
    ]


class ReconciliationView(MatrixView):
    permission_required = RECON
    template_name = "reconciliation/matrix.html"
    title = TITLE
    form_class = MatrixForm
    verb = gettext_lazy("Show matrix")
    empty_text = gettext_lazy("Choose dates, items or locations, then show the matrix.")
    explained: Sequence[Explained] = ()

    def get_initial(self) -> dict[str, Any]:
        """Warnings are on until the form was sent without them."""
        return {} if self.is_asked else {"warning": "1"}

    @property
    def is_asked(self) -> bool:
        """Whether the matrix was asked for: by the button, or by a link to it or to one of its panels."""
        return bool(self.request.GET)

    def get_actions(self) -> list[Action]:
        if not self.is_asked:
            return [Action(_("Signed reconciliations"), "reconciliation:snapshot_list")]
        query = listing.query_with(self.request.GET, panel=None)
        signing = Action(_("Sign off"), f"{reverse('reconciliation:sign')}?{query}", permission=SIGN)
        signed = Action(_("Signed reconciliations"), "reconciliation:snapshot_list")
        names = (("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON"))
        files = [
            Action(
                label,
                f"{reverse('reconciliation:matrix_export', args=[name])}?{query}",
                icon="download",
                permission=exporting.EXPORT,
            )
            for name, label in names
        ]
        return [signing, signed, *files]

    def get_matrix(self, form: Any) -> Matrix | None:
        if not self.is_asked:
            return None
        found = reconciled(form)
        self.explained = explained_causes(found, form, self.request.user)
        return Matrix(
            columns=columns_of(form),
            rows=[MatrixRow(line.key, line.label, _line_cells(line)) for line in found.lines],
            foot=_foot(found, by_item=form.scope.by_item, warnings=form.cleaned_data["warning"]),
            caption=TITLE,
            calculated_at=form.cleaned_data["known_at"] or timezone.now(),
        )

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        alarm = any(each.is_alarming for each in self.explained)
        return super().get_context_data(explained=self.explained, explained_alarm=alarm, **context)

    def get_panel(self, form: Any, key: str) -> Panel | None:
        return panels.panel_of(form, key)


def _line_cells(line: Line) -> dict[str, Cell]:
    cells = {column: Cell(amount, panel=f"{line.key}.{column}") for column, amount in line.cells.items()}
    if line.gl_total is None:
        return cells
    cells[TOTAL] = Cell(line.total, panel=f"{line.key}.{TOTAL}")
    return cells | {name: cell(f"{line.key}.{name}") for name, cell in _account_cells(line).items()}


def _account_cells(line: Line) -> dict[str, Any]:
    """The G/L side of an account, as functions of the panel's key."""
    cells: dict[str, Any] = {
        GL_TOTAL: lambda key: Cell(line.gl_total, panel=key),
        DIFFERENCE: lambda key: Cell(line.difference, panel=key, tone="warn" if line.difference else ""),
    }
    if line.not_tied is not None:
        cells[NOT_TIED] = lambda key: Cell(line.not_tied, panel=key)
    if line.causes:
        cells[WARNING] = lambda key: Cell(text=warning_text(line), panel=key, tone=_tone(line))
    return cells


def _foot(found: selectors.Matrix, *, by_item: bool, warnings: bool) -> list[MatrixRow]:
    """The columns' own accounts: the same amounts, written downwards."""
    made: dict[str, dict[str, Cell]] = {key: {} for key in FOOT_LABELS}
    for column, line in found.foot.items():
        made[TOTAL][column] = Cell(line.total, panel=f"{TOTAL}.{column}")
        for key, cell in _account_cells(line).items():
            made[key][column] = cell(f"{key}.{column}")
    hidden = (set() if by_item else {NOT_TIED}) | (set() if warnings else {WARNING})
    return [MatrixRow(key, label, made[key]) for key, label in FOOT_LABELS.items() if key not in hidden]


def warning_text(line: Line) -> str:
    """The causes of a difference, each with its amount."""
    region = current_region()
    return "; ".join(f"{part.label} {format_number(part.amount, 'amount', region)}" for part in line.causes)


def _tone(line: Line) -> str:
    return "danger" if any(part.cause == Cause.UNEXPLAINED for part in line.causes) else "warn"


class MatrixExportView(PageView):
    """The matrix as a file: rows, then the columns' accounts at the foot."""

    permission_required = RECON
    title = TITLE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = MatrixForm(request.GET, user=request.user)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=400)
        found = reconciled(form)
        columns = columns_of(form)
        made = list(_export_rows(found, [key for key, _label in columns]))
        export = exports.Export(
            title=str(TITLE),
            filename="reconciliation",
            columns=[
                exports.ExportColumn("account", _("Account"), "text"),
                exports.ExportColumn("name", _("Name"), "text"),
                *(
                    exports.ExportColumn(key, str(label), "text" if key == WARNING else "amount")
                    for key, label in columns
                ),
            ],
            rows=made,
            count=len(made),
            filters={str(form.fields[name].label): request.GET[name] for name in form.fields if request.GET.get(name)},
        )
        region = current_region() if request.GET.get("dialect") == "region" else None
        response: HttpResponseBase = exporting.deliver(request, export, kwargs["export_format"], region=region)
        return response  # type: ignore[return-value]


def _export_rows(found: selectors.Matrix, columns: list[str]) -> Iterator[list[Any]]:
    for line in found.lines:
        figures = {**line.cells, **_figures(line)} if line.gl_total is not None else dict(line.cells)
        yield [line.key, str(line.label), *(figures.get(column) for column in columns)]
    by_column = {column: _figures(line) for column, line in found.foot.items()}
    for key, label in FOOT_LABELS.items():
        if key in (TOTAL, GL_TOTAL, DIFFERENCE) or key in columns:
            cells: Mapping[str, Any] = {column: by_column[column].get(key) for column in COLUMNS}
            yield [key, str(label), *(cells.get(column) for column in columns)]


def _figures(line: Line) -> dict[str, Any]:
    return {
        TOTAL: line.total,
        GL_TOTAL: line.gl_total,
        NOT_TIED: line.not_tied,
        DIFFERENCE: line.difference,
        WARNING: warning_text(line),
    }
