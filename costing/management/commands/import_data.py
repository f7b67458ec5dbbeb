"""Import a CSV or XLSX file."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.base.formatting import REGIONS
from costing.imports import KINDS, ImportOptions, ImportResult, UnreadableFile, import_file
from costing.management.options import BAD_USAGE, FINISHED_WITH_REFUSALS
from costing.management.progress import Progress


class Command(BaseCommand):
    help = (
        "Import a CSV (UTF-8) or XLSX file. All rows are checked first; a bad row is refused with its line, column and "
        "reason, and with it its whole document. Exit code 0: done, 1: finished with refusals, 2: bad usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        columns = "\n".join(f"  {kind.name}: {kind.column_names}" for kind in KINDS.values())
        parser.epilog = f"Columns of each kind (* must be there):\n{columns}"
        parser.add_argument("kind", metavar="KIND", type=_kind, choices=sorted(KINDS), help=", ".join(KINDS))
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--dry-run", action="store_true", help="check every row, write nothing")
        parser.add_argument("--skip-existing", action="store_true", help="pass over what exists instead of refusing it")
        parser.add_argument("--region", choices=sorted(REGIONS), default="en", help="how the file writes numbers")
        parser.add_argument("--user", help="user name that the postings carry")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        import_options = ImportOptions(
            user_id=_user_id(options["user"]),
            region=options["region"],
            dry_run=options["dry_run"],
            skip_existing=options["skip_existing"],
            report=Progress(options["kind"]),
        )
        try:
            result = import_file(options["kind"], options["file"], import_options)
        except UnreadableFile as error:
            raise CommandError(str(error), returncode=BAD_USAGE) from error
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False))
        else:
            self._write_text(result)
        if result.problems:
            raise SystemExit(FINISHED_WITH_REFUSALS)

    def _write_text(self, result: ImportResult) -> None:
        for problem in result.problems:
            place = _("Line %(line)s, column %(column)s") if problem.column else _("Line %(line)s")
            place %= {"line": problem.line_no, "column": problem.column}
            self.stdout.write(f"{place}: {problem.message} [{problem.code.value}]")
        counts = {"rows": result.rows, "done": len(result.done), "refused": len(result.refused)}
        counts["skipped"] = len(result.skipped)
        summary = _("%(rows)s rows: %(done)s documents or records done, %(refused)s refused, %(skipped)s passed over.")
        self.stdout.write(summary % counts)
        if result.dry_run:
            self.stdout.write(_("This was a dry run: nothing was written."))


def _kind(text: str) -> str:
    """Read the name of a kind; "journal-lines" and "journal lines" will do."""
    return text.replace("-", "_").replace(" ", "_")


def _user_id(name: str | None) -> int | None:
    if not name:
        return None
    user = get_user_model().objects.filter(username=name).first()
    if user is None:
        raise CommandError(_("There is no user %(name)s.") % {"name": name}, returncode=BAD_USAGE)
    return int(user.pk)
