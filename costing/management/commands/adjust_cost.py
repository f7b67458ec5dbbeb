"""Adjust the cost of items whose sources changed."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base.errors import DomainError
from costing import adjustment
from costing.adjustment import AdjustmentResult
from costing.management import options
from costing.management.progress import Progress
from costing.management.workers import FurtherWorkers
from costing.models import AdjustmentPlanLine, AdjustmentRunItem

MOST_WORKERS = 32
"""Each has a connection of its own; more than there are processors gain nothing."""


class Command(BaseCommand):
    help = (
        "Adjust the cost of all items that are not adjusted, components before what is made of them. "
        "Exit code 1 if an item could not be adjusted, 2 for wrong options."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        options.add_scope(parser)
        parser.add_argument("--preview", action="store_true", help="say what would be posted, and post nothing")
        parser.add_argument("--workers", type=int, default=1, metavar="N", help="share the work among N processes")

    def handle(self, *_arguments: Any, **given: Any) -> None:
        item_ids = options.item_ids(given["items"])
        if not 1 <= given["workers"] <= MOST_WORKERS:
            message = _("--workers must be from 1 to %(most)s.") % {"most": MOST_WORKERS}
            raise CommandError(message, returncode=options.BAD_USAGE)
        further = FurtherWorkers(given["workers"] - 1)
        progress = Progress(_("Preview cost adjustment") if given["preview"] else _("Adjust cost"))

        def report(done: int, total: int) -> None:
            further.watch()
            progress(done, total)

        try:
            result = adjustment.adjust_cost(
                item_ids=item_ids,
                through=given["through"],
                preview=given["preview"],
                report=report,
                today=timezone.localdate(),
                workers=given["workers"],
                on_start=further.start,
            )
        except DomainError as error:
            raise CommandError(str(error), returncode=options.FINISHED_WITH_REFUSALS) from error
        further.join()
        self._write(result, preview=given["preview"], as_json=given["json"])
        if result.failed:
            raise SystemExit(options.FINISHED_WITH_REFUSALS)

    def _write(self, result: AdjustmentResult, *, preview: bool, as_json: bool) -> None:
        if as_json:
            found = asdict(result) | {"failures": failures(result.run_id)}
            if preview:
                found["plan"] = plan(result.run_id)
            self.stdout.write(json.dumps(found, cls=DjangoJSONEncoder))
            return
        sentence = (
            _(
                "Preview %(run_id)s: %(entries)s entries of %(amount)s would be made for %(items)s items, "
                "%(failed)s items failed."
            )
            if preview
            else _(
                "Run %(run_id)s: %(items)s items adjusted, %(entries)s entries of %(amount)s made, "
                "%(failed)s items failed."
            )
        )
        self.stdout.write(sentence % asdict(result))
        for failure in failures(result.run_id):
            self.stdout.write("{item} ({code}): {reason}".format(**failure))


def failures(run_id: int) -> list[dict[str, str]]:
    """Return the items of a run that could not be adjusted, each with its reason."""
    failed = AdjustmentRunItem.objects.filter(run_id=run_id, state="failed").order_by("item__no", "pk")
    rows = failed.values_list("item__no", "error_code", "failure")
    return [{"item": no, "code": code, "reason": reason} for no, code, reason in rows]


def plan(run_id: int) -> list[dict[str, Any]]:
    """Return what a preview would post, line by line."""
    lines = AdjustmentPlanLine.objects.filter(run_id=run_id).order_by("item__no", "value_entry_id", "pk")
    names = (
        "item_ledger_entry_id",
        "value_entry_id",
        "entry_type",
        "variance_type",
        "posting_date",
        "valuation_date",
        "document_no",
        "cost_amount_actual",
        "cost_amount_expected",
    )
    return [
        {"item": line["item__no"], **{name: line[name] for name in names}} for line in lines.values("item__no", *names)
    ]
