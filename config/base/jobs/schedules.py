"""Jobs that start by themselves, at the same hour of the company's day in summer and winter."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from config.base.jobs import registry
from config.base.jobs.queue import enqueue
from config.base.models import Company, Job, Schedule


def run_due(now: datetime) -> list[Job]:
    """Start the schedules whose time has come, each once however many times were missed; return their jobs."""
    jobs = []
    zone = ZoneInfo(Company.current().time_zone)
    with transaction.atomic():
        due = Schedule.objects.select_for_update(no_key=True, of=("self",), skip_locked=True).select_related(
            "requested_by"
        )
        for schedule in due.filter(enabled=True, next_run_at__lte=now, kind__in=registry.kinds()).order_by("pk"):
            job = enqueue(
                schedule.kind,
                parameters=schedule.parameters,
                requested_by=schedule.requested_by,
                title=schedule.title,
                key=f"schedule:{schedule.pk}",
            )
            while schedule.next_run_at <= now:
                schedule.next_run_at = next_time(schedule, zone)
            schedule.last_run_at, schedule.last_job = now, job
            schedule.save(update_fields=["next_run_at", "last_run_at", "last_job"])
            jobs.append(job)
    return jobs


def next_time(schedule: Schedule, zone: ZoneInfo) -> datetime:
    """Return the time one interval after the schedule's next run; an hour is an hour, a day keeps its wall clock."""
    at = schedule.next_run_at.astimezone(zone)
    if schedule.every == Schedule.Every.HOUR:
        return schedule.next_run_at + timedelta(hours=1)
    if schedule.every == Schedule.Every.MONTH:
        year, month = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)
        day = min(schedule.month_day or at.day, monthrange(year, month)[1])
        return at.replace(year=year, month=month, day=day).astimezone(UTC)
    days = 7 if schedule.every == Schedule.Every.WEEK else 1
    return (at + timedelta(days=days)).astimezone(UTC)
