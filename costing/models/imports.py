"""Imports of files, as the pages made them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from config.base.models import Job


class ImportState(models.TextChoices):
    """How an import stands."""

    WAITING = "waiting", _("Under way")
    REHEARSED = "rehearsed", _("Rehearsed")
    DONE = "done", _("Imported")
    REFUSED = "refused", _("Refused")


class ImportRun(models.Model):
    """A file that was imported, or a long one that waits for it: who, when, what, and what came of it.

    A run that is done was written together with what it imported. A refused one is kept only where a background job
    tried it. ``made`` holds (document type, number) of each document or record, the type blank for a record;
    ``problems`` are rows as ``RowProblem.as_json`` gives them. ``content`` is the text of the rows, until they are in.
    """

    kind = models.CharField(_("kind"), max_length=30)
    file_name = models.CharField(_("file"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("time"), db_default=Now(), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("user")
    )
    state = models.CharField(_("state"), max_length=10, choices=ImportState.choices, default=ImportState.WAITING)
    rehearsal = models.BooleanField(_("rehearsal"), default=False)
    skip_existing = models.BooleanField(_("pass over what is there already"), default=False)
    region = models.CharField(_("region"), max_length=10, blank=True, default="")
    rows = models.PositiveIntegerField(_("rows"), default=0)
    imported = models.PositiveIntegerField(_("imported"), default=0)
    passed_over = models.PositiveIntegerField(_("passed over"), default=0)
    refused_rows = models.PositiveIntegerField(_("refused rows"), default=0)
    made = models.JSONField(_("what was made"), default=list)
    problems = models.JSONField(_("errors"), default=list)
    content = models.TextField(_("content"), blank=True, default="")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("job"))

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
