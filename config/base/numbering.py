"""Numbers from a series, without gaps for posted documents.

A series has lines; the line with the latest starting date that is not after the day holds. Its row is locked until
the transaction ends, so the next user waits and no number is lost by a rollback. Hence a number is drawn last: check
and compute everything first.
"""

import re
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.locks import lock_timeout_as_busy, require_transaction
from config.base.models import NumberSeries, NumberSeriesLine

# The latest starting date that is not after the day (blank is the oldest), and its first open line.
_LINE_SQL = """
SELECT l.*, s.default_allowed AS series_default, s.date_order AS series_date_order
FROM base_numberseries s JOIN base_numberseriesline l ON l.series_id = s.id
WHERE s.code = %s AND l.open AND l.starting_date IS NOT DISTINCT FROM (
    SELECT starting_date FROM base_numberseriesline
    WHERE series_id = s.id AND (starting_date IS NULL OR starting_date <= %s)
    ORDER BY starting_date DESC NULLS LAST LIMIT 1)
ORDER BY l.id LIMIT 1"""
_LAST_DIGITS = re.compile(r"^(.*?)(\d+)(\D*)$")


class NumberSeriesError(DomainError):
    """The series cannot give, or does not allow, this number."""

    code = ErrorCode.NUMBER_SERIES


def draw(series_code: str, *, on: date, count: int = 1) -> list[str]:
    """Draw the next numbers of a series for documents dated ``on``. Only inside a transaction; called last.

    Raises: NumberSeriesError; locks.Busy when another posting held the series for too long.
    """
    require_transaction()
    if count < 1:
        return []
    line = _lock_line(series_code, on)
    if not line.series.default_allowed:
        raise NumberSeriesError(
            _("Number series %(code)s does not give numbers by itself. Allow default numbers in its setup.")
            % {"code": series_code}
        )
    _check_date_order(line, on)
    numbers = []
    for _each in range(count):
        line.last_no_used = next_number(line)
        numbers.append(line.last_no_used)
    NumberSeriesLine.objects.filter(pk=line.pk).update(
        last_no_used=line.last_no_used,
        last_date_used=max(on, line.last_date_used or on),
        open=line.last_no_used != line.ending_no,
    )
    return numbers


def draw_many(counts: Mapping[str, int], *, on: date) -> dict[str, list[str]]:
    """Draw from several series in one transaction, always in the same order so that nobody waits in a circle."""
    return {code: draw(code, on=on, count=counts[code]) for code in sorted(counts)}


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
    line = _line(_series(series_code), on)
    if line is None or not line.warning_no or line.last_no_used < line.warning_no:
        return ""
    return _("Number series %(code)s has reached %(last)s. Its last number is %(ending)s: add a new line soon.") % {
        "code": series_code,
        "last": line.last_no_used,
        "ending": line.ending_no or "-",
    }


def next_number(line: NumberSeriesLine) -> str:
    """Return the number after the last one used; the starting number when none was.

    Raises: NumberSeriesError when the line is used up.
    """
    number = increase(line.last_no_used, line.increment) if line.last_no_used else line.starting_no
    within_length = len(number) == len(line.starting_no)
    if not within_length or (line.ending_no and number > line.ending_no):
        raise NumberSeriesError(
            _("Number series %(code)s is used up: its last number is %(last)s. Add a line with new numbers.")
            % {"code": line.series.code, "last": line.ending_no or line.last_no_used}
        )
    return number


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


def _line(series: NumberSeries, on: date) -> NumberSeriesLine | None:
    return next(iter(NumberSeriesLine.objects.raw(_LINE_SQL, [series.code, on])), None)


def _lock_line(code: str, on: date) -> NumberSeriesLine:
    """Lock the line that holds on the day, in one query; its series comes with it."""
    while True:
        with lock_timeout_as_busy():
            lines = list(NumberSeriesLine.objects.raw(_LINE_SQL + " FOR NO KEY UPDATE OF l", [code, on]))
        if lines:
            line: NumberSeriesLine = lines[0]
            flags = vars(line)
            line.series = NumberSeries(
                pk=line.series_id,
                code=code,
                default_allowed=flags["series_default"],
                date_order=flags["series_date_order"],
            )
            return line
        # Either there is none, or the one that we waited for was used up meanwhile: then look again.
        series = _series(code)
        if _line(series, on) is None:
            raise NumberSeriesError(_missing_line_message(series, on))


def _missing_line_message(series: NumberSeries, on: date) -> str:
    names = {"code": series.code, "date": on.isoformat()}
    if series.lines.exists():
        return _("Number series %(code)s has no open line for %(date)s, only for other dates. Add a line.") % names
    return _("Number series %(code)s has no lines. Add one with a starting number.") % names


def _check_date_order(line: NumberSeriesLine, on: date) -> None:
    if line.series.date_order and line.last_date_used and on < line.last_date_used:
        raise NumberSeriesError(
            _(
                "%(date)s is before %(last)s, the last date used in number series %(code)s, which keeps the order of"
                " dates. Use %(last)s or later."
            )
            % {"date": on.isoformat(), "last": line.last_date_used.isoformat(), "code": line.series.code}
        )
