"""Lines whose changes stand in the history of their document."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http.response import HttpResponseBase

from config.base import changelog
from config.base.views.grid import LineGridView


class LoggedLinesView(LineGridView):
    """A grid that writes to the change log of its document what of a line was added, changed or deleted.

    Of each line the fields of its form are kept: what nobody may type is nobody's change.
    """

    _before: changelog.Snapshot | None = None

    def _save(self, line: Any) -> HttpResponseBase:
        with transaction.atomic():
            self._before = self._kept(line)
            return super()._save(line)

    def _delete(self, line: Any) -> HttpResponseBase:
        with transaction.atomic():
            self._before = self._kept(line)
            return super()._delete(line)

    def _answer(self, outcome: str, line: Any, *, added: bool) -> HttpResponseBase:
        changelog.record(self.request.user, self._before, self._kept(line))
        return super()._answer(outcome, line, added=added)

    def _kept(self, line: Any) -> changelog.Snapshot:
        return changelog.line_words(self.document, line, self.form_class.base_fields)
