"""Numbers from a series, without gaps for posted documents.

A series has lines; the line with the latest starting date that is not after the day holds. Its row is locked until
the transaction ends, so the next user waits and no number is lost by a rollback. Hence a number is drawn last: check
and compute everything first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from config.base import statements
from config.base.errors import DomainError, ErrorCode
from config.base.locks import lock_timeout_as_busy, require_transaction
from config.base.models import NumberSeries

# The latest starting date that is not after the day (blank is the oldest), and its first open line. That the line is
# open is asked twice: once to find it, and of the row that is there when the lock is ours.
_LINES_SQL = """
SELECT l.id, s.code, s.default_allowed, s.date_order, l.starting_no, l.ending_no, l.warning_no, l.increment,
       l.last_no_used, l.last_date_used
FROM base_numberseries s JOIN base_numberseriesline l ON l.series_id = s.id
WHERE s.code = ANY(%s::text[]) AND l.open AND l.id = (
    SELECT x.id FROM base_numberseriesline x
    WHERE x.series_id = s.id AND x.open AND x.starting_date IS NOT DISTINCT FROM (
        SELECT starting_date FROM base_numberseriesline
        WHERE series_id = s.id AND (starting_date IS NULL OR starting_date <= %s::date)
        ORDER BY starting_date DESC NULLS LAST LIMIT 1)
    ORDER BY x.id LIMIT 1)
ORDER BY s.code"""
_USE_SQL = """
UPDATE base_numberseriesline l
SET last_no_used = n.number, last_date_used = greatest(l.last_date_used, %s::date), open = n.number <> l.ending_no
FROM unnest(%s::bigint[], %s::text[]) AS n(id, number) WHERE l.id = n.id"""
_LAST_DIGITS = re.compile(r"^(.*?)(\d+)(\D*)$")


class NumberSeriesError(DomainError):
    """The series cannot give, or does not allow, this number."""

    code = ErrorCode.NUMBER_SERIES


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a series, with what its series says."""

    id: int
    series_code: str
    default_allowed: bool
    date_order: bool
    starting_no: str
    ending_no: str
    warning_no: str
    increment: int
    last_no_used: str
    last_date_used: date | None


def draw(series_code: str, *, on: date, count: int = 1) -> list[str]:
    """Draw the next numbers of a series for documents dated ``on``. Only inside a transaction; called last.

    Raises: NumberSeriesError; locks.Busy when another posting held the series for too long.
    """
    return draw_many({series_code: count}, on=on)[series_code]


def draw_many(counts: Mapping[str, int], *, on: date) -> dict[str, list[str]]:
    """Draw from several series, in two statements; always in the same order, so that nobody waits in a circle.

    Raises: as `draw`.
    """
    require_transaction()
    numbers: dict[str, list[str]] = {code: [] for code in sorted(counts)}
    used: dict[int, str] = {}
    for line in _lock_lines([code for code in numbers if counts[code] > 0], on):
        _check_line(line, on)
        numbers[line.series_code] = _next_numbers(line, counts[line.series_code])
        used[line.id] = numbers[line.series_code][-1]
    if used:
        statements.run(_USE_SQL, [on, list(used), list(used.values())])
    return numbers


def check_manual(series_code: str, number: str) -> None:
    """Refuse a number that was entered by hand where the series forbids it.

    Raises: NumberSeriesError.
    """
    if not _series(series_code).manual_allowed:
        raise NumberSeriesError(
            _("%(number)s was entered by hand, but number series %(code)s does not allow it. Leave the number blank.")
            % {"number": number, "code": series_code}
        )


def warning(series_code: str, *, on: date) -> str:
    """Say that a series is close to its end: at or past its warning number. Empty when all is well."""
    line = next(iter(_lines([_series(series_code).code], on)), None)
    if line is None or not line.warning_no or line.last_no_used < line.warning_no:
        return ""
    return _("Number series %(code)s has reached %(last)s. Its last number is %(ending)s: add a new line soon.") % {
        "code": series_code,
        "last": line.last_no_used,
        "ending": line.ending_no or "-",
    }


def _next_numbers(line: _Line, count: int) -> list[str]:
    """The numbers after the last one used; from the starting number when none was.

    Raises: NumberSeriesError when the line is used up.
    """
    numbers: list[str] = []
    last = line.last_no_used
    for _each in range(count):
        number = increase(last, line.increment) if last else line.starting_no
        within_length = len(number) == len(line.starting_no)
        if not within_length or (line.ending_no and number > line.ending_no):
            raise NumberSeriesError(
                _("Number series %(code)s is used up: its last number is %(last)s. Add a line with new numbers.")
                % {"code": line.series_code, "last": line.ending_no or last}
            )
        numbers.append(number)
        last = number
    return numbers


def increase(number: str, increment: int) -> str:
    """Raise the last group of digits, keeping its width: ``PO-0099-X`` by 1 is ``PO-0100-X``."""
    match = _LAST_DIGITS.match(number)
    if match is None:
        raise NumberSeriesError(
            _("%(number)s has no digits to count on. Use a number such as A-0001.") % {"number": number}
        )
    head, digits, tail = match.groups()
    return f"{head}{int(digits) + max(increment, 1):0{len(digits)}d}{tail}"


def _series(code: str) -> NumberSeries:
    series = NumberSeries.objects.filter(code=code).first()
    if series is None:
        raise NumberSeriesError(
            _("Number series %(code)s does not exist. Create it, or name another in the setup.") % {"code": code or "-"}
        )
    return series


def _lines(codes: Sequence[str], on: date, *, lock: bool = False) -> list[_Line]:
    sql = _LINES_SQL + (" FOR NO KEY UPDATE OF l" if lock else "")
    return [_Line(*row) for row in statements.rows(sql, [list(codes), on])]


def _lock_lines(codes: Sequence[str], on: date) -> list[_Line]:
    """Lock the lines that hold on the day, one for each series, sorted by series."""
    if not codes:
        return []
    while True:
        with lock_timeout_as_busy():
            found = _lines(codes, on, lock=True)
        missing = set(codes).difference(line.series_code for line in found)
        if not missing:
            return found
        # Either there is none, or the one that we waited for was used up meanwhile: then look again.
        for code in sorted(missing):
            series = _series(code)
            if not _lines([code], on):
                raise NumberSeriesError(_missing_line_message(series, on))


def _missing_line_message(series: NumberSeries, on: date) -> str:
    names = {"code": series.code, "date": on.isoformat()}
    if series.lines.exists():
        return _("Number series %(code)s has no open line for %(date)s, only for other dates. Add a line.") % names
    return _("Number series %(code)s has no lines. Add one with a starting number.") % names


def _check_line(line: _Line, on: date) -> None:
    if not line.default_allowed:
        raise NumberSeriesError(
            _("Number series %(code)s does not give numbers by itself. Allow default numbers in its setup.")
            % {"code": line.series_code}
        )
    if line.date_order and line.last_date_used and on < line.last_date_used:
        raise NumberSeriesError(
            _(
                "%(date)s is before %(last)s, the last date used in number series %(code)s, which keeps the order of"
                " dates. Use %(last)s or later."
            )
            % {"date": on.isoformat(), "last": line.last_date_used.isoformat(), "code": line.series_code}
        )
