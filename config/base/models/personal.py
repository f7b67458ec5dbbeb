"""What belongs to a user: views of lists, preferences, notifications, forms already sent."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """Filter, sort and columns of a list under a name: private, of a group, or for all."""

    class Audience(models.TextChoices):
        PRIVATE = "private", _("Private")
        GROUP = "group", _("Group")
        ALL = "all", _("Everybody")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name=_("owner")
    )
    list_name = models.CharField(_("list"), max_length=100, help_text=_("URL name of the list"))
    name = models.CharField(_("name"), max_length=100)
    query = models.TextField(_("query string"), blank=True, default="")
    columns = models.JSONField(_("columns"), default=list, blank=True)
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience.choices, default=Audience.PRIVATE)
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("group"))
    is_default = models.BooleanField(_("default"), default=False)
    pinned = models.BooleanField(_("pinned"), default=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(fields=["owner", "list_name", "name"], name="base_savedview_name_once"),
            models.UniqueConstraint(
                fields=["owner", "list_name"], condition=models.Q(is_default=True), name="base_savedview_one_default"
            ),
            models.CheckConstraint(
                name="base_savedview_group_given",
                condition=models.Q(audience="group", group__isnull=False)
                | (~models.Q(audience="group") & models.Q(group__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_name}: {self.name}"


class UserPreference(models.Model):
    """How one user wants the pages."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMPACT = "compact", _("Compact")
        NORMAL = "normal", _("Normal")
        TOUCH = "touch", _("Touch")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="preference", verbose_name=_("user")
    )
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    region = models.CharField(_("region"), max_length=10, blank=True, default="")
    theme = models.CharField(_("theme"), max_length=10, choices=Theme.choices, default=Theme.AUTO)
    density = models.CharField(_("density"), max_length=10, choices=Density.choices, default=Density.NORMAL)
    work_date = models.DateField(_("work date"), null=True, blank=True)
    start_page = models.CharField(_("start page"), max_length=200, blank=True, default="")
    sound = models.BooleanField(_("sound"), default=True)
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    tables = models.JSONField(_("table columns"), default=dict, blank=True)
    pinned = models.JSONField(_("pinned"), default=list, blank=True)
    recent = models.JSONField(_("recent"), default=list, blank=True)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.user_id}"


class Notification(models.Model):
    """Something a user should know: a finished job, an assigned blocker."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name=_("user")
    )
    level = models.CharField(_("level"), max_length=10, default="info")
    text = models.CharField(_("text"), max_length=500)
    url = models.CharField(_("link"), max_length=500, blank=True, default="")
    model_label = models.CharField(_("record type"), max_length=100, blank=True, default="")
    record_no = models.CharField(_("record no."), max_length=100, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="base_notification_unread")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} #{self.pk}"


class RequestKey(models.Model):
    """A form or scan that was sent: with its key it is applied once, however often it arrives."""

    key = models.CharField(_("key"), max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)

    class Meta:
        verbose_name = _("request key")
        verbose_name_plural = _("request keys")

    def __str__(self) -> str:
        return self.key
