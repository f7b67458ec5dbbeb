"""Imports as the pages make them: kept with who brought which file and what came of it; long ones run as jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.base import jobs, sheets
from config.base.errors import DomainError
from costing.imports.kinds import KINDS, Kind
from costing.imports.results import ImportOptions, ImportResult
from costing.imports.running import Refused, import_whole
from costing.models import ImportRun, ImportState

LONG_FROM = 2_000
"""Files of more rows are tried and imported by a background job."""
JOB_KIND = "import_file"
KEPT_MADE = 20_000
ORIGIN = "import"


def may_import(user: Any, kind: Kind) -> bool:
    """Whether the user has every right that the kind needs."""
    return all(user.has_perm(name) for name in kind.permissions)


def kind_of_user(user: Any, kind: Kind) -> Kind:
    """The kind with the columns that the user may fill in."""
    columns = (column for column in kind.columns if not column.permission or user.has_perm(column.permission))
    return replace(kind, columns=tuple(columns))


def import_now(kind: Kind, table: sheets.SourceTable, options: ImportOptions, *, file_name: str = "") -> ImportResult:
    """Import all rows or none; what is imported stands in the history, written together with it.

    Raises: Refused, naming every faulty row; then nothing is written, and nothing stands in the history.
    """
    run = ImportRun(
        kind=kind.name,
        file_name=file_name[:200],
        user_id=options.user_id,
        rows=len(table.rows),
        skip_existing=options.skip_existing,
        region=options.region,
    )

    def keep(result: ImportResult) -> None:
        _fill(run, result)
        run.save(force_insert=True)

    return import_whole(kind, table, options, finish=None if options.dry_run else keep)


def start(kind: Kind, content: str, options: ImportOptions, *, rows: int, user: Any, file_name: str = "") -> ImportRun:
    """Have a long file imported, or with `options.dry_run` tried, by a job. `content`: the rows as text."""
    with transaction.atomic():
        run = ImportRun.objects.create(
            kind=kind.name,
            file_name=file_name[:200],
            user_id=options.user_id,
            rehearsal=options.dry_run,
            rows=rows,
            skip_existing=options.skip_existing,
            region=options.region,
            content=content,
        )
        return enqueue(run, user=user)


def enqueue(run: ImportRun, *, user: Any) -> ImportRun:
    """Send a run to the workers."""
    words = {"kind": kind_label(run.kind), "file": run.file_name}
    title = _("Rehearse the import: %(kind)s %(file)s") if run.rehearsal else _("Import: %(kind)s %(file)s")
    run.job = jobs.enqueue(
        JOB_KIND, parameters={"run": run.pk}, requested_by=user, title=(title % words).strip(), key=f"import:{run.pk}"
    )
    run.save(update_fields=["job"])
    return run


def import_rehearsed(run: ImportRun, *, user: Any) -> ImportRun:
    """Import what was rehearsed: a run of its own, with the same rows. Raises: DomainError where it is imported."""
    with transaction.atomic():
        kept = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if not kept.content or kept.state == ImportState.WAITING:
            raise DomainError(_("The rows of this rehearsal are imported already, or it is under way."))
        again = ImportRun.objects.create(
            kind=kept.kind,
            file_name=kept.file_name,
            user_id=user.pk,
            rows=kept.rows,
            skip_existing=kept.skip_existing,
            region=kept.region,
            content=kept.content,
        )
        ImportRun.objects.filter(pk=kept.pk).update(content="")
        return enqueue(again, user=user)


def carry_out(
    run: ImportRun, *, user: Any, report: Callable[[int, int], None], guard: Callable[[], None]
) -> ImportResult | None:
    """Do what a run asks for. None where it was done before: its worker died after the commit.

    `report` may raise to stop: then the books are as before. `guard` is called as the last step before the commit.
    Raises: DomainError; then the run says what was refused, and nothing else is written.
    """
    if run.state == ImportState.DONE:
        return None
    try:
        kind = KINDS[run.kind]
        if not may_import(user, kind):
            raise DomainError(_("You may not import this any more."))
        table = sheets.table_of(sheets.split_text(run.content), kind_of_user(user, kind).columns, limit=run.rows)
        options = ImportOptions(
            user_id=user.pk,
            region=run.region,
            dry_run=run.rehearsal,
            skip_existing=run.skip_existing,
            report=report,
            origin=ORIGIN,
        )

        def keep(result: ImportResult) -> None:
            _fill(run, result)
            run.content = ""
            run.save()
            guard()

        result = import_whole(kind_of_user(user, kind), table, options, finish=None if run.rehearsal else keep)
    except DomainError as error:
        ImportRun.objects.filter(pk=run.pk).update(**_refusal(error))
        raise
    if run.rehearsal:
        _fill(run, result)
        run.save()
    return result


def _fill(run: ImportRun, result: ImportResult) -> None:
    run.state = ImportState.REHEARSED if result.dry_run else ImportState.DONE
    run.rows, run.imported, run.passed_over = result.rows, len(result.done), len(result.skipped)
    # Posted documents where there are any, else the records or orders that were made.
    made: Iterable[tuple[str, str]] = result.posted or (("", key) for key in result.done)
    run.made = [list(each) for each in made][:KEPT_MADE]
    run.refused_rows, run.problems = 0, []


def _refusal(error: DomainError) -> dict[str, Any]:
    rows = error.rows if isinstance(error, Refused) else []
    problems = [row.as_json() for row in rows] or [
        {"line": 0, "column": "", "message": message, "code": str(error.code.value)} for message in error.messages
    ]
    return {
        "state": ImportState.REFUSED,
        "problems": problems,
        "refused_rows": len({row.line_no for row in rows}),
        "made": [],
        "imported": 0,
    }


def kind_label(name: str) -> str:
    """What a kind is called; its name where it is known no more."""
    return str(KINDS[name].label) if name in KINDS else name
