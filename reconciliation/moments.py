"""Moments of knowledge, as people type them."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _


class MomentField(forms.CharField):
    """A moment in the company's zone: 2026-02-04 10:51, with or without seconds; a date alone means its end."""

    def clean(self, value: Any) -> datetime | None:
        """Return the moment, or None for an empty box."""
        text = str(super().clean(value) or "").strip()
        return read_moment(text) if text else None


def read_moment(text: str) -> datetime:
    """Read a moment. Raises ValidationError with an example of what can be written."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(_("“%(text)s” is no moment. Write 2026-02-04 10:51.") % {"text": text}) from error
    if len(text) == len("2026-02-04"):
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
