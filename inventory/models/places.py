"""Where goods stand and whom they come from or go to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField
from config.base.models import NumberSeries
from inventory.enums import PostedNumbers
from inventory.models.master import CodedModel, GenBusPostingGroup


class ResponsibilityCentre(CodedModel):
    class Meta:
        verbose_name = _("responsibility centre")
        verbose_name_plural = _("responsibility centres")


class Location(CodedModel):
    address = models.TextField(_("address"), blank=True)
    responsibility_centre = models.ForeignKey(
        ResponsibilityCentre,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="locations",
        verbose_name=_("responsibility centre"),
    )
    in_transit = models.BooleanField(_("use as in-transit"), default=False)
    blocked = models.BooleanField(_("blocked"), default=False)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")


class LocationNumberSeries(models.Model):
    """A location's own numbers for documents posted there, so that places do not wait for one another's."""

    location = models.ForeignKey(Location, models.CASCADE, related_name="number_series", verbose_name=_("location"))
    numbers = models.CharField(_("numbers"), max_length=40, choices=PostedNumbers)
    series = models.ForeignKey(NumberSeries, models.PROTECT, verbose_name=_("number series"))

    class Meta:
        verbose_name = _("location number series")
        verbose_name_plural = _("location number series")
        constraints = [models.UniqueConstraint(fields=["location", "numbers"], name="location_numbers_unique")]

    def __str__(self) -> str:
        return f"{self.location_id} {self.numbers}"


class Bin(models.Model):
    location = models.ForeignKey(Location, models.PROTECT, related_name="bins", verbose_name=_("location"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("bin")
        verbose_name_plural = _("bins")
        constraints = [models.UniqueConstraint(fields=["location", "code"], name="bin_code_unique")]

    def __str__(self) -> str:
        return self.code


class BinContent(models.Model):
    """How much of an item stands in a bin. What of the location's stock no bin names stands outside the bins."""

    bin = models.ForeignKey(Bin, models.PROTECT, related_name="contents", verbose_name=_("bin"))
    item = models.ForeignKey("inventory.Item", models.PROTECT, related_name="bin_contents", verbose_name=_("item"))
    variant = models.ForeignKey("inventory.Variant", models.PROTECT, null=True, blank=True, verbose_name=_("variant"))
    quantity = QuantityField(_("quantity"), default=0)
    minimum = QuantityField(_("minimum"), default=0)
    maximum = QuantityField(_("maximum"), default=0)

    class Meta:
        verbose_name = _("bin content")
        verbose_name_plural = _("bin contents")
        constraints = [
            models.UniqueConstraint(fields=["bin", "item", "variant"], name="bin_content_unique", nulls_distinct=False),
            models.CheckConstraint(name="bin_content_not_negative", condition=Q(quantity__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.bin_id}/{self.item_id}"


class Partner(models.Model):
    """What vendors and customers have in common."""

    no = models.CharField(_("no."), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    sort_key = models.CharField(max_length=200, blank=True, editable=False)
    address = models.TextField(_("address"), blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    gen_bus_posting_group = models.ForeignKey(
        GenBusPostingGroup, models.PROTECT, verbose_name=_("general business posting group")
    )
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("default location"))
    blocked = models.BooleanField(_("blocked"), default=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.no


class Vendor(Partner):
    class Meta:
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")


class Customer(Partner):
    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")


class UserScope(models.Model):
    """Limits a user to some locations and responsibility centres; none means all."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="inventory_scope")
    default_location = models.ForeignKey(
        Location, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("default location")
    )
    locations = models.ManyToManyField(Location, blank=True, verbose_name=_("locations"))
    responsibility_centres = models.ManyToManyField(
        ResponsibilityCentre, blank=True, verbose_name=_("responsibility centres")
    )

    class Meta:
        verbose_name = _("user scope")
        verbose_name_plural = _("user scopes")

    def __str__(self) -> str:
        return f"{self.user_id}"
