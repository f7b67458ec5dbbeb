"""A page with a matrix of figures, and the panel that explains the clicked one (``?panel=``)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from config.base.forms import Form
from config.base.listing import query_with
from config.base.pages import Matrix, MatrixRow, Panel, Text, allowed
from config.base.views.page import PageMixin, is_fragment

PANEL_TARGET = "panel"
START = "show"


class MatrixView(PageMixin):
    """Options above, matrix below, panel at the right. The options are the query string."""

    template_name = "generic/matrix.html"
    form_class: type[Any] = Form
    verb: Text = _("Show matrix")
    empty_text: Text = _("Choose the options, then show the matrix.")
    form: Any

    def get_matrix(self, form: Any) -> Matrix | None:
        """The matrix for valid options; None while it is not calculated."""
        raise NotImplementedError

    def get_panel(self, form: Any, key: str) -> Panel | None:
        """What explains the figure with this key; None for an unknown one."""
        return None

    def get_initial(self) -> dict[str, Any]:
        """First values of the options."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; for HTMX aiming at the panel, the panel alone."""
        self.form = self._make_form()
        key = request.GET.get("panel", "")
        panel = self.get_panel(self.form, key) if key and self.form.is_valid() else None
        if is_fragment(request) and request.headers.get("HX-Target") == PANEL_TARGET:
            self.template_name, self.partial_template_name = "partials/_panel.html", ""
            return self.render_to_response(self._panel_context(panel, key))
        matrix = self.get_matrix(self.form) if self.form.is_valid() else None
        context = self.get_context_data(
            form=self.form,
            matrix=matrix,
            shown=self._shown(matrix) if matrix else None,
            verb=self.verb,
            empty_text=self.empty_text,
            **self._panel_context(panel, key),
        )
        return self.render_to_response(context, status=422 if self.form.errors else 200)

    def _make_form(self) -> Any:
        """Bound to the query string, with the first values where it says nothing."""
        data = self.request.GET.copy()
        for name, value in self.get_initial().items():
            data.setdefault(name, str(value))
        kwargs = {"user": self.request.user} if issubclass(self.form_class, Form) else {}
        return self.form_class(data, **kwargs)

    def _panel_context(self, panel: Panel | None, key: str) -> dict[str, Any]:
        close_url = f"{self.request.path}?{query_with(self.request.GET, panel=None)}"
        actions = allowed(panel.actions, self.request.user) if panel else []
        return {"panel": panel, "panel_key": key, "close_url": close_url, "panel_actions": actions}

    def _shown(self, matrix: Matrix) -> dict[str, list[dict[str, Any]]]:
        """Rows with a cell for each column, and the link of each figure."""
        return {
            "rows": [self._shown_row(matrix, row) for row in matrix.rows],
            "foot": [self._shown_row(matrix, row) for row in matrix.foot],
        }

    def _shown_row(self, matrix: Matrix, row: MatrixRow) -> dict[str, Any]:
        cells = []
        for key, label in matrix.columns:
            cell = row.cells.get(key)
            if cell is not None and not self.may(cell.permission):
                cell = None
            url = cell.url if cell else ""
            if cell and cell.panel:
                url = f"{self.request.path}?{query_with(self.request.GET, panel=cell.panel)}"
            cells.append({"key": key, "label": label, "cell": cell, "url": url})
        return {"row": row, "cells": cells}
