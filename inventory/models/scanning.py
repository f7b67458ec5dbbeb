"""What is scanned: a session for one document or move, and its scans, each applied once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField
from inventory.enums import ScanState, ScanTask
from inventory.models.master import Item, Variant
from inventory.models.places import Bin, Location


class ScanSession(models.Model):
    """Scanning of one document, or of one move, from its beginning to its posting. Several people may share it."""

    task = models.CharField(_("task"), max_length=20, choices=ScanTask)
    document_no = models.CharField(_("document no."), max_length=20, blank=True, default="", db_default="")
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("location"))
    from_bin = models.ForeignKey(
        Bin, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from bin")
    )
    to_bin = models.ForeignKey(Bin, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to bin"))
    to_location = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to location")
    )
    handled_before = QuantityField(
        _("handled before"),
        default=0,
        help_text=_("What of the document was posted when scanning began: more means that somebody posted meanwhile."),
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("started by"))
    started_at = models.DateTimeField(_("started at"), db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)

    class Meta:
        verbose_name = _("scan session")
        verbose_name_plural = _("scan sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "document_no"],
                condition=Q(ended_at__isnull=True) & ~Q(document_no=""),
                name="scan_session_open_once",
            ),
            models.UniqueConstraint(
                fields=["task", "user"],
                condition=Q(ended_at__isnull=True, document_no=""),
                name="scan_session_of_user_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.document_no}".strip()


class Scan(models.Model):
    """One scan as it was sent. The browser made its key: with it the scan is applied once, however often it comes."""

    key = models.UUIDField(_("key"), unique=True)
    session = models.ForeignKey(
        ScanSession, models.CASCADE, null=True, related_name="scans", verbose_name=_("scan session")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user"))
    code = models.CharField(_("code"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=ScanState, default=ScanState.REFUSED)
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item"))
    variant = models.ForeignKey(
        Variant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("variant")
    )
    parts = models.JSONField(
        _("parts"), default=list, blank=True, help_text=_("What went to which line: line no. and quantity.")
    )
    quantity = QuantityField(_("quantity"), default=0, help_text=_("In base units."))
    lot_no = models.CharField(_("lot no."), max_length=50, blank=True, default="", db_default="")
    serial_no = models.CharField(_("serial no."), max_length=50, blank=True, default="", db_default="")
    answer = models.JSONField(_("answer"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        indexes = [models.Index(fields=["session", "state"], name="scan_session_state")]

    def __str__(self) -> str:
        return f"{self.code}"
