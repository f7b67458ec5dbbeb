"""Errors that a user can answer, with the public codes of the scenario format.

A ``DomainError`` says what is wrong, with the figure, and what to do. Whatever else is raised is a bug of ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ErrorCode(TextChoices):
    """The code that stands in small print under a message, in ``--json`` output and in scenarios."""

    INSUFFICIENT_QUANTITY = "insufficient_quantity", _("Insufficient quantity")
    PERIOD_CLOSED = "period_closed", _("Period closed")
    BEFORE_CLOSE_DATE = "before_close_date", _("Before the close date")
    APPLICATION_MISMATCH = "application_mismatch", _("Application does not match")
    ALREADY_APPLIED = "already_applied", _("Already applied")
    MISSING_POSTING_SETUP = "missing_posting_setup", _("Missing posting setup")
    BLOCKED_ITEM = "blocked_item", _("Blocked item")
    TRACKING_REQUIRED = "tracking_required", _("Tracking required")
    DUPLICATE_SERIAL = "duplicate_serial", _("Duplicate serial number")
    NOT_LATEST_CLOSE = "not_latest_close", _("Not the latest close")
    OPEN_ENTRIES = "open_entries", _("Open entries")
    NOT_ADJUSTED = "not_adjusted", _("Cost not adjusted")
    UNIT_COST_REQUIRED = "unit_cost_required", _("Unit cost required")
    QUANTITY_EXCEEDS_SOURCE = "quantity_exceeds_source", _("Quantity exceeds its source")
    INVALID_INPUT = "invalid_input", _("Wrong input")
    BUSY = "busy", _("Busy")
    ALREADY_RUNNING = "already_running", _("Already running")
    ALREADY_SENT = "already_sent", _("Already sent")
    ALREADY_POSTED = "already_posted", _("Already posted")
    NOT_PERMITTED = "not_permitted", _("Not permitted")
    NOT_FOUND = "not_found", _("Not found")
    NOT_BUILT = "not_built", _("Not built")
    CHANGED_MEANWHILE = "changed_meanwhile", _("Changed by somebody else")
    BLOCKED_ACCOUNT = "blocked_account", _("Blocked account")
    BLOCKED_DIMENSION = "blocked_dimension", _("Blocked dimension")
    NOT_BALANCED = "not_balanced", _("Not balanced")
    NUMBER_SERIES = "number_series", _("Number series")
    WORKER_LOST = "worker_lost", _("Worker lost")
    INTERNAL_ERROR = "internal_error", _("Internal error")


Message = str | Promise


@dataclass(frozen=True, slots=True)
class Problem:
    """One faulty line of a document, journal or import: where it is, what is wrong, what to do."""

    message: Message
    code: ErrorCode
    document_no: str = ""
    line_no: int | None = None
    item_no: str = ""
    url: str = ""

    def __str__(self) -> str:
        return str(self.message)


class DomainError(Exception):
    """A refusal that a user understands and can act upon. Nothing was written.

    Subclasses fix their ``code`` and stand beside the function that raises them. ``problems`` names every faulty line
    at once; where all of them share one code and none is given, that is the code of the error.
    """

    code: ErrorCode = ErrorCode.INVALID_INPUT

    def __init__(
        self, message: Message = "", *, code: ErrorCode | None = None, problems: Iterable[Problem] = ()
    ) -> None:
        self.message = message
        self.problems = tuple(problems)
        if code is not None:
            self.code = code
        elif len({problem.code for problem in self.problems}) == 1:
            self.code = self.problems[0].code
        super().__init__(message)

    def __str__(self) -> str:
        return "\n".join(self.messages)

    @property
    def messages(self) -> list[str]:
        """The general message, if any, then one for each problem."""
        general = str(self.message)
        return ([general] if general else []) + [str(problem) for problem in self.problems]


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise one DomainError that names all problems; do nothing when there is none."""
    found = tuple(problems)
    if found:
        raise DomainError(code=found[0].code, problems=found)
