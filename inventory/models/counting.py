"""Who counts what: the sheets of a count, and how often items are counted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField
from inventory.enums import CountSheetStatus
from inventory.models.master import CodedModel
from inventory.models.orders import Count, CountLine


class CountingPeriod(CodedModel):
    """How often items are counted."""

    times_per_year = models.PositiveSmallIntegerField(_("counts per year"))

    class Meta:
        verbose_name = _("counting period")
        verbose_name_plural = _("counting periods")
        constraints = [
            models.CheckConstraint(
                name="counting_period_times_per_year",
                condition=Q(times_per_year__gte=1, times_per_year__lte=365),
                violation_error_message=_("Count between 1 and 365 times a year."),
            )
        ]


class CountSheet(models.Model):
    """The part of a count that one person walks through. A recount is done by somebody else than the first count."""

    count = models.ForeignKey(Count, models.CASCADE, related_name="sheets", verbose_name=_("physical inventory"))
    no = models.PositiveIntegerField(_("sheet"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="count_sheets", verbose_name=_("person")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=CountSheetStatus, default=CountSheetStatus.OPEN, editable=False
    )
    is_recount = models.BooleanField(_("recount"), default=False, db_default=False, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    class Meta:
        verbose_name = _("count sheet")
        verbose_name_plural = _("count sheets")
        constraints = [
            models.UniqueConstraint(fields=["count", "no"], name="count_sheet_no_unique"),
            models.CheckConstraint(
                name="count_sheet_finished_has_time",
                condition=Q(status=CountSheetStatus.OPEN, finished_at__isnull=True)
                | Q(status=CountSheetStatus.FINISHED, finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count_id}/{self.no}"


class CountSheetLine(models.Model):
    """A line of a count on a sheet, with the figure of this sheet."""

    sheet = models.ForeignKey(CountSheet, models.CASCADE, related_name="lines", verbose_name=_("count sheet"))
    count_line = models.ForeignKey(CountLine, models.CASCADE, related_name="sheet_lines", verbose_name=_("count line"))
    quantity_counted = QuantityField(_("quantity counted"), null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered by"),
    )

    class Meta:
        verbose_name = _("count sheet line")
        verbose_name_plural = _("count sheet lines")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "count_line"], name="count_sheet_line_unique"),
            models.CheckConstraint(
                name="count_sheet_line_not_negative",
                condition=Q(quantity_counted__isnull=True) | Q(quantity_counted__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}/{self.count_line_id}"
