"""What the commands of the inventory close share: options, and how a run is told."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from config.base.errors import DomainError
from costing import closing
from costing.closing import CloseResult, Options
from costing.enums import CloseKind
from costing.management import options
from costing.management.progress import Progress
from costing.models import CloseLogLine, ClosePlanLine


def add_options(parser: ArgumentParser) -> None:
    """Add the options of a run."""
    parser.add_argument("date", type=options.day, metavar="YYYY-MM-DD", help="up to and including this date")
    parser.add_argument("--item", action="append", metavar="NO", dest="items", help="this item only (may be repeated)")
    parser.add_argument("--max-iterations", type=int, default=100, metavar="N", help="rounds for cyclic cost flows")
    parser.add_argument("--min-adjustment", default="0.01", metavar="AMOUNT", help="smaller changes are not passed on")
    parser.add_argument("--no-ledger", action="store_true", help="let the values wait for posting to G/L")
    parser.add_argument("--rehearse", action="store_true", help="keep the plan, and store nothing")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(command: BaseCommand, kind: CloseKind, given: dict[str, Any]) -> None:
    """Run it and tell what came of it. Exit code 1 when it is refused or ends with warnings, 2 for wrong options."""
    wanted = Options(
        on=given["date"],
        kind=kind,
        item_ids=options.item_ids(given["items"]),
        update_ledger=not given["no_ledger"],
        max_iterations=given["max_iterations"],
        min_adjustment=_amount(given["min_adjustment"]),
        rehearsal=given["rehearse"],
    )
    try:
        result = closing.close_inventory(wanted, report=Progress(str(kind.label)))
    except DomainError as error:
        raise CommandError(str(error), returncode=options.FINISHED_WITH_REFUSALS) from error
    _write(command, result, rehearsed=wanted.rehearsal, as_json=given["json"])
    if result.warnings:
        raise SystemExit(options.FINISHED_WITH_REFUSALS)


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise CommandError(_("%(text)s is not an amount.") % {"text": text}, returncode=options.BAD_USAGE) from error


def _write(command: BaseCommand, result: CloseResult, *, rehearsed: bool, as_json: bool) -> None:
    log = CloseLogLine.objects.filter(close_id=result.close_id).order_by("pk")
    if as_json:
        found: dict[str, Any] = asdict(result) | {"log": list(log.values("item__no", "issue_id", "code", "message"))}
        if rehearsed:
            columns = ("item__no", "issue_id", "receipt_id", "quantity", "amount", "details")
            found["plan"] = list(ClosePlanLine.objects.filter(close_id=result.close_id).order_by("pk").values(*columns))
        command.stdout.write(json.dumps(found, cls=DjangoJSONEncoder))
        return
    sentence = (
        _("Rehearsal %(close_id)s: %(entries)s entries would be adjusted by %(adjusted)s, %(warnings)s warnings.")
        if rehearsed
        else _("Run %(close_id)s: %(entries)s entries adjusted by %(adjusted)s, %(warnings)s warnings.")
    )
    command.stdout.write(sentence % asdict(result))
    for line in log:
        command.stdout.write(line.message)
