"""Number series for documents and master data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberSeries(models.Model):
    """A named row of numbers. The rules are in ``config.base.numbering``."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    description = models.CharField(_("description"), max_length=100, blank=True)
    default_allowed = models.BooleanField(_("default numbers"), default=True, help_text=_("Gives numbers by itself."))
    manual_allowed = models.BooleanField(
        _("manual numbers"), default=False, help_text=_("Numbers may be entered by hand.")
    )
    date_order = models.BooleanField(
        _("date order"), default=False, help_text=_("Refuses a date before the last date used.")
    )

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")

    def __str__(self) -> str:
        return self.code


class NumberSeriesLine(models.Model):
    """The numbers of a series from a date on. Blank starting date: always."""

    series = models.ForeignKey(NumberSeries, models.CASCADE, related_name="lines", verbose_name=_("number series"))
    starting_date = models.DateField(_("starting date"), null=True, blank=True)
    starting_no = models.CharField(_("starting no."), max_length=20)
    ending_no = models.CharField(_("ending no."), max_length=20, blank=True, default="")
    warning_no = models.CharField(_("warning no."), max_length=20, blank=True, default="")
    increment = models.PositiveIntegerField(_("increment"), default=1)
    last_no_used = models.CharField(_("last no. used"), max_length=20, blank=True, default="")
    last_date_used = models.DateField(_("last date used"), null=True, blank=True)
    open = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("number series line")
        verbose_name_plural = _("number series lines")
        constraints = [
            models.CheckConstraint(name="base_numberseriesline_starting_no_given", condition=~models.Q(starting_no="")),
            models.CheckConstraint(
                name="base_numberseriesline_within_end",
                condition=models.Q(ending_no="") | models.Q(last_no_used__lte=models.F("ending_no")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starting_no} .. {self.ending_no}"
