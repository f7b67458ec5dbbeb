"""What hangs on a record of any app: reasons, changes, notes, files. They name it by label and number, as text."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ReasonCode(models.Model):
    """Why something was done."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    description = models.CharField(_("description"), max_length=100, blank=True)
    blocked = models.BooleanField(_("blocked"), default=False)

    class Meta:
        verbose_name = _("reason code")
        verbose_name_plural = _("reason codes")

    def __str__(self) -> str:
        return self.code


class RecordReference(models.Model):
    """The record that a row is about: model label and number. No foreign key, so no app has to be known."""

    model_label = models.CharField(_("record type"), max_length=100)
    record_no = models.CharField(_("record no."), max_length=100)

    class Meta:
        abstract = True


class ChangeAction(models.TextChoices):
    """What happened to a record of master data or setup, or that a list was taken out as a file."""

    ADD = "add", _("Added")
    CHANGE = "change", _("Changed")
    DELETE = "delete", _("Deleted")
    EXPORT = "export", _("Exported")


class ChangeLog(RecordReference):
    """Who changed which fields of master data or setup, when, why, from where. Append-only."""

    changed_at = models.DateTimeField(_("changed at"), db_default=Now(), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("user")
    )
    action = models.CharField(_("action"), max_length=10, choices=ChangeAction.choices)
    changes = models.JSONField(_("changes"), default=dict, help_text=_("Field: [from, to]"))
    reason = models.CharField(_("reason"), max_length=250, blank=True, default="")
    origin = models.CharField(_("from where"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("change log entry")
        verbose_name_plural = _("change log")
        indexes = [models.Index(fields=["model_label", "record_no"], name="base_changelog_record")]

    def __str__(self) -> str:
        return f"{self.model_label} {self.record_no} #{self.pk}"


class Note(RecordReference):
    """A remark on a record or, with a figure named, on one figure of a page."""

    figure = models.CharField(_("figure"), max_length=200, blank=True, default="")
    text = models.TextField(_("text"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author"))
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [models.Index(fields=["model_label", "record_no"], name="base_note_record")]

    def __str__(self) -> str:
        return f"{self.model_label} {self.record_no} #{self.pk}"


class Attachment(RecordReference):
    """A file on a record."""

    file = models.FileField(_("file"), upload_to="attachments/%Y/%m/")
    name = models.CharField(_("name"), max_length=200)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author"))
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [models.Index(fields=["model_label", "record_no"], name="base_attachment_record")]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"
