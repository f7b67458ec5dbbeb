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
from costing.management import options
from costing.management.progress import Progress


class Command(BaseCommand):
    help = (
        "Adjust the cost of all items that are not adjusted, each by itself. "
        "Exit code 1 if an item could not be adjusted, 2 for wrong options."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        options.add_scope(parser)

    def handle(self, *_arguments: Any, **given: Any) -> None:
        item_ids = options.item_ids(given["items"])
        try:
            result = adjustment.adjust_cost(
                item_ids=item_ids,
                through=given["through"],
                report=Progress(_("Adjust cost")),
                today=timezone.localdate(),
            )
        except DomainError as error:
            raise CommandError(str(error), returncode=options.FINISHED_WITH_REFUSALS) from error
        if given["json"]:
            self.stdout.write(json.dumps(asdict(result), cls=DjangoJSONEncoder))
        else:
            sentence = _(
                "Run %(run_id)s: %(items)s items adjusted, %(entries)s entries of %(amount)s made, "
                "%(failed)s items failed."
            )
            self.stdout.write(sentence % asdict(result))
        if result.failed:
            raise SystemExit(options.FINISHED_WITH_REFUSALS)
