"""The course of an import: read, check every row, then write document by document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from config.base import locks
from config.base.errors import DomainError, Problem
from config.base.parsing import region_of
from config.base.sheets import ParsedRow, RowProblem, SourceTable, UnreadableFile, parse_table, read_file
from config.base.transactions import posting
from costing.imports.kinds import KINDS, Group, Kind, refusals
from costing.imports.results import ImportOptions, ImportResult

MAX_PROBLEMS = 200


def import_file(kind_name: str, path: Path, options: ImportOptions) -> ImportResult:
    """Import a file of a kind. Raises: UnreadableFile; then nothing is written."""
    return import_rows(kind_name, read_file(path), options)


def import_rows(kind_name: str, table: SourceTable, options: ImportOptions) -> ImportResult:
    """Import rows of a kind: check all of them first, then write what has no problem.

    Raises: UnreadableFile where the columns are not those of the kind; then nothing is written.
    """
    kind = KINDS[kind_name]
    _check_columns(kind, table)
    good, result = _judged(kind, table, options)
    if options.dry_run:
        result.done = [group.key for group in good]
    else:
        _write(kind, good, options, result)
    result.problems.sort(key=lambda problem: problem.line_no)
    return result


class Refused(DomainError):
    """Rows of a file that was to be imported as a whole."""

    def __init__(self, kind: Kind, rows: Sequence[RowProblem]) -> None:
        super().__init__(problems=[_named(kind, row) for row in rows])
        self.rows = list(rows)


def import_whole(
    kind: Kind, table: SourceTable, options: ImportOptions, *, finish: Callable[[ImportResult], None] | None = None
) -> ImportResult:
    """Import all rows or none: one transaction, in which every document is tried and every problem is collected.

    With `options.dry_run` the very same is done and rolled back. `kind` may have fewer columns than the one of its
    name: those that the user may fill in. `options.report` is told of each batch, and may raise to stop. `finish` is
    called with the result inside the transaction. Raises: Refused naming every faulty row; then nothing is written.
    """
    with posting(preview=options.dry_run) as context:
        good, result = _judged(kind, table, options)
        items = {row.key("item_no") for group in good for row in group.rows}
        # All at once: a later document must not ask for an item after a number series is locked.
        locks.lock_items(pk for pk in items if pk is not None)
        for start in range(0, len(good), kind.batch_size):
            batch = good[start : start + kind.batch_size]
            try:
                with transaction.atomic():
                    result.posted += kind.write(batch, options, context).posted
                result.done += [group.key for group in batch]
            except DomainError as error:
                result.problems += [problem for group in batch for problem in refusals(error, group)]
            if len(result.problems) >= MAX_PROBLEMS:
                break
            if options.report:
                options.report(start + len(batch), len(good))
        if result.problems:
            raise Refused(kind, result.problems[:MAX_PROBLEMS])
        if finish:
            finish(result)
    return result


def _named(kind: Kind, problem: RowProblem) -> Problem:
    labels = {column.name: str(column.label) for column in kind.columns}
    words = {"row": problem.line_no, "column": labels.get(problem.column, ""), "problem": problem.message}
    text = _("Row %(row)s, %(column)s: %(problem)s") if words["column"] else _("Row %(row)s: %(problem)s")
    return Problem(text % words, problem.code, line_no=problem.line_no)


def _judged(kind: Kind, table: SourceTable, options: ImportOptions) -> tuple[list[Group], ImportResult]:
    """The groups that have no problem so far, and the result with all problems and refusals."""
    groups, problems = _checked_groups(kind, table, options)
    result = ImportResult(kind=kind.name, dry_run=options.dry_run, rows=len(table.rows), problems=problems)
    groups = _without_existing(kind, groups, options, result)
    bad_lines = {problem.line_no for problem in result.problems}
    good = []
    for group in groups:
        if any(row.line_no in bad_lines for row in group.rows):
            result.refused.append(group.key)
        else:
            good.append(group)
    result.problems.sort(key=lambda problem: problem.line_no)
    return good, result


def _check_columns(kind: Kind, table: SourceTable) -> None:
    known = {column.name for column in kind.columns}
    unknown = [name for name in table.columns if name not in known]
    missing = [column.name for column in kind.columns if column.required and column.name not in table.columns]
    if table.rows and (unknown or missing):
        parts = []
        if unknown:
            parts.append(_("Unknown columns: %(names)s.") % {"names": ", ".join(unknown)})
        if missing:
            parts.append(_("Missing columns: %(names)s.") % {"names": ", ".join(missing)})
        parts.append(_("The columns of %(kind)s are: %(names)s.") % {"kind": kind.name, "names": kind.column_names})
        raise UnreadableFile(" ".join(parts))


def _checked_groups(kind: Kind, table: SourceTable, options: ImportOptions) -> tuple[list[Group], list[RowProblem]]:
    rows, problems = parse_table(table, kind.columns, region_of(options.region))
    problems += kind.prepare(rows)
    groups = _group(rows, kind.group_by)
    for group in groups:
        problems += kind.check(group)
    return groups, problems


def _group(rows: Iterable[ParsedRow], column: str) -> list[Group]:
    """Put the rows of one document together, in the order of the file. A row without a number stands alone."""
    groups: dict[str, Group] = {}
    for row in rows:
        number = row[column]
        key = str(number) if number is not None else f"line {row.line_no}"
        groups.setdefault(key, Group(key, [])).rows.append(row)
    return list(groups.values())


def _without_existing(kind: Kind, groups: Sequence[Group], options: ImportOptions, result: ImportResult) -> list[Group]:
    """Take out, or refuse, the groups whose record or document exists."""
    existing = kind.existing([group.key for group in groups])
    kept = []
    for group in groups:
        if group.key in existing and options.skip_existing:
            result.skipped.append(group.key)
            continue
        kept.append(group)
        if group.key in existing:
            message = _("%(number)s exists already.") % {"number": group.key}
            result.problems.append(RowProblem(group.rows[0].line_no, kind.group_by, message))
    return kept


def _write(kind: Kind, groups: Sequence[Group], options: ImportOptions, result: ImportResult) -> None:
    for start in range(0, len(groups), kind.batch_size):
        batch = groups[start : start + kind.batch_size]
        try:
            with posting() as context:
                posted = kind.write(batch, options, context).posted
            result.posted += posted
            result.done += [group.key for group in batch]
        except DomainError as error:
            # A batch is larger than one for plain records only, which the checks before have judged completely.
            result.problems += [problem for group in batch for problem in refusals(error, group)]
            result.refused += [group.key for group in batch]
        if options.report:
            options.report(start + len(batch), len(groups))
