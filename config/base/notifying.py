"""Telling a person by the bell, in his own language. Jobs tell of their end themselves (``config.base.jobs``)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db.models import Model
from django.utils import translation

from config.base import changelog
from config.base.models import Notification, UserPreference

TEXT_LENGTH = 500


def tell(user_id: int, say: Callable[[], str], *, url: str, about: Model, level: str = "info") -> Notification:
    """Put a message behind the bell of a user. ``say`` is called in his language."""
    language = UserPreference.objects.filter(user_id=user_id).values_list("language", flat=True).first()
    with translation.override(language or settings.LANGUAGE_CODE):
        text = say()[:TEXT_LENGTH]
    return Notification.objects.create(
        user_id=user_id,
        level=level,
        text=text,
        url=url,
        model_label=about._meta.label_lower,
        record_no=changelog.record_no(about),
    )
