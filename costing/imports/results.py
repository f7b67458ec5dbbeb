"""What an import is told and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model

from config.base.sheets import RowProblem

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`region`: how numbers are written in the file (en 1,234.56; nb 1 234,56; da 1.234,56).

    `skip_existing` passes over documents and records that are there already instead of refusing them: a run that was
    broken off goes on where it stood. `origin` is what the change log says about where a change came from.
    """

    user_id: int | None = None
    region: str = "en"
    dry_run: bool = False
    skip_existing: bool = False
    report: Report | None = None
    origin: str = "import_data"

    @property
    def user(self) -> Any:
        """Whoever imports, as the change log takes him."""
        return None if self.user_id is None else get_user_model()(pk=self.user_id)


@dataclass(slots=True)
class ImportResult:
    """The outcome: documents (or single records) that were written, refused, passed over; and every problem."""

    kind: str
    dry_run: bool
    rows: int
    done: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    posted: list[tuple[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the result as plain JSON values."""
        return {
            "kind": self.kind,
            "dry_run": self.dry_run,
            "rows": self.rows,
            "done": self.done,
            "refused": self.refused,
            "skipped": self.skipped,
            "problems": [problem.as_json() for problem in self.problems],
            "posted": [{"document_type": kind, "document_no": no} for kind, no in self.posted],
        }
