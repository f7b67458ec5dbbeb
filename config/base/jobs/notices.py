"""The bell: whoever asked for a job is told how it ended, in his own language."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from config.base.models import JobState

TEXT_LENGTH = 500


def level(state: JobState, warnings: int) -> str:
    """Return the kind of message: ok, warn, error, or info for a stop that was asked for."""
    if state == JobState.FAILED:
        return "error"
    if state == JobState.CANCELLED:
        return "info"
    return "warn" if warnings else "ok"


def text(title: str, state: JobState, warnings: int, language: str, more: str = "") -> str:
    """Return what the bell says of a job that ended; `more`: what the job itself has to say."""
    with translation.override(language or settings.LANGUAGE_CODE):
        outcome = _("Done with warnings") if state == JobState.DONE and warnings else str(state.label)
    return (f"{title}: {outcome}. {more}" if more else f"{title}: {outcome}")[:TEXT_LENGTH]


def url(job_id: int) -> str:
    """Return the page of the job."""
    return reverse("base:job_detail", args=[job_id])
