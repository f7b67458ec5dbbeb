"""Background jobs: the row is the truth, the broker only wakes a worker."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

STALLED_AFTER = timedelta(seconds=60)


class JobState(models.TextChoices):
    """The stored state of a job."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class ShownJobState(models.TextChoices):
    """The state that people see: three more are derived from the row and the time."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    STOPPING = "stopping", _("Stopping")
    STALLED = "stalled", _("Stalled")
    DONE = "done", _("Done")
    DONE_WITH_WARNINGS = "done_with_warnings", _("Done with warnings")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


ACTIVE_STATES = (JobState.QUEUED, JobState.RUNNING)


class Job(models.Model):
    """One run of a long action: what was asked, how far it is, how it ended."""

    kind = models.CharField(_("kind"), max_length=50)
    title = models.CharField(_("title"), max_length=200)
    key = models.CharField(_("key"), max_length=200, blank=True, default="", help_text=_("Active once at a time"))
    parameters = models.JSONField(_("parameters"), default=dict)
    result = models.JSONField(_("result"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("total"), default=0)
    message = models.TextField(_("message"), blank=True, default="")
    error_code = models.CharField(_("error code"), max_length=40, blank=True, default="")
    warnings = models.PositiveIntegerField(_("warnings"), default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("heartbeat at"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancel requested at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    worker = models.CharField(_("worker"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(state__in=["queued", "running"]) & ~models.Q(key=""),
                name="base_job_key_active_once",
            ),
            models.CheckConstraint(
                name="base_job_finished_at_end",
                condition=models.Q(state__in=["queued", "running"], finished_at__isnull=True)
                | models.Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["state"], condition=models.Q(state__in=["queued", "running"]), name="base_job_active"),
            models.Index(fields=["kind", "-id"], name="base_job_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.title} #{self.pk}"

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ACTIVE_STATES

    def shown_state(self, now: datetime) -> ShownJobState:
        """Return the state for people at a moment."""
        if self.state == JobState.RUNNING and self.heartbeat_at and now - self.heartbeat_at > STALLED_AFTER:
            return ShownJobState.STALLED
        if self.state == JobState.RUNNING and self.cancel_requested_at:
            return ShownJobState.STOPPING
        if self.state == JobState.DONE and self.warnings:
            return ShownJobState.DONE_WITH_WARNINGS
        return ShownJobState(self.state)


class JobLog(models.Model):
    """A line of a job's log."""

    class Level(models.TextChoices):
        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")
        ERROR = "error", _("Error")

    job = models.ForeignKey(Job, models.CASCADE, related_name="log", verbose_name=_("job"))
    created_at = models.DateTimeField(_("time"), db_default=Now(), editable=False)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, default=Level.INFO)
    message = models.TextField(_("message"))
    url = models.CharField(_("link"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("job log line")
        verbose_name_plural = _("job log")

    def __str__(self) -> str:
        return f"{self.job_id} #{self.pk}"


class Schedule(models.Model):
    """A job that starts by itself, again and again."""

    class Every(models.TextChoices):
        HOUR = "hour", _("Hour")
        DAY = "day", _("Day")
        WEEK = "week", _("Week")
        MONTH = "month", _("Month")

    kind = models.CharField(_("kind"), max_length=50)
    title = models.CharField(_("title"), max_length=200)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    every = models.CharField(_("every"), max_length=10, choices=Every.choices, default=Every.DAY)
    next_run_at = models.DateTimeField(_("next run"))
    month_day = models.PositiveSmallIntegerField(
        _("day of the month"), null=True, blank=True, help_text=_("31 is the last day of every month.")
    )
    last_run_at = models.DateTimeField(_("last run"), null=True, blank=True)
    last_job = models.ForeignKey(
        Job, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("last job")
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("requested by"),
    )

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")

    def __str__(self) -> str:
        return f"{self.title} #{self.pk}"
