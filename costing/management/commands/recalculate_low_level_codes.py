"""Compute the low-level codes of all items anew."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from config.base.errors import DomainError
from costing.management.options import FINISHED_WITH_REFUSALS
from inventory import low_level_codes


class Command(BaseCommand):
    help = (
        "Compute how deep each item stands below what is made of it, over bills of material and posted orders. "
        "Posting only raises these codes; this also lowers them. Exit code 1 if the structures go round in a circle "
        "or are too deep; then nothing is changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                found = low_level_codes.recalculate()
        except DomainError as error:
            self._report({"error": str(error), "code": str(error.code)}, str(error), as_json=options["json"])
            raise SystemExit(FINISHED_WITH_REFUSALS) from error
        text = _("%(changed)s codes changed; %(items)s items are part of another.") % asdict(found)
        self._report(asdict(found), text, as_json=options["json"])

    def _report(self, result: dict[str, Any], text: str, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(result, ensure_ascii=False) if as_json else text)
