"""Prove every invariant of the books."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from costing import check_books


class Command(BaseCommand):
    help = "Prove every invariant of the books; print each breach with its entries. Exit code 1 if there is any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the breaches as JSON")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        breaches = check_books.breaches()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(breach) for breach in breaches], ensure_ascii=False))
        else:
            for breach in breaches:
                self.stdout.write(f"{breach.code}: {breach.message}")
            self.stdout.write(_summary(len(breaches)))
        if breaches:
            raise SystemExit(1)


def _summary(count: int) -> str:
    if not count:
        return _("%(count)s checks: the books are in order.") % {"count": len(check_books.CHECKS)}
    return ngettext("%(count)s breach.", "%(count)s breaches.", count) % {"count": count}
