"""The company: one row."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.fields import AmountField, UnitCostField


class Company(models.Model):
    """Whose books these are, in which currency, rounded how. There is exactly one."""

    name = models.CharField(_("name"), max_length=100, default="Lagerbok")
    currency_code = models.CharField(_("currency code"), max_length=3, default="EUR")
    amount_rounding_precision = AmountField(_("amount rounding precision"), default=Decimal("0.01"))
    unit_amount_rounding_precision = UnitCostField(_("unit amount rounding precision"), default=Decimal("0.00001"))
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Oslo")

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")
        constraints = [
            models.CheckConstraint(name="base_company_single_row", condition=models.Q(id=1)),
            models.CheckConstraint(
                name="base_company_precision_positive",
                condition=models.Q(amount_rounding_precision__gt=0, unit_amount_rounding_precision__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Company":
        """Return the company; where nobody has set it up yet, one with the defaults (not stored)."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
