"""What people type into number and date fields, read in their region.

Numbers take the region's separators, spaces, and sums (``=3*12+4``). A text that could be read two ways is refused with
both readings: ``1.234`` in Norway is either 1234 or 1,234. Dates take ``t``, ``w``, ``31``, ``3101``, ``310126``,
``+7d``, ``-1m``, ``em``, ``mon25`` beside the written form and ISO.
"""

import calendar
import re
from datetime import date, timedelta
from decimal import Decimal, DecimalException

from django.utils.translation import gettext as _

from config.base.formatting import MINUS, REGIONS, Region, format_number

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPACES = str.maketrans("", "", " \u00a0\u202f")
_TOKEN = re.compile(r"\s*([-+*/()]|[^-+*/()\s][^-+*/()]*)")


class NotReadable(ValueError):
    """The text is no number or date; the message says what to write instead."""


def parse_number(text: str, region: Region) -> Decimal:
    """Read a number or, after ``=``, a sum. Raises NotReadable."""
    cleaned = text.strip().replace(MINUS, "-")
    return _Sum(cleaned[1:], region).value() if cleaned.startswith("=") else _parse_plain(cleaned, region)


def _parse_plain(text: str, region: Region) -> Decimal:
    compact = text.translate(_SPACES)
    sign = -1 if compact.startswith("-") else 1
    digits = compact.lstrip("+-")
    if not re.fullmatch(r"[0-9][0-9.,]*|[.,][0-9]+", digits) or len(compact) - len(digits) > 1:
        raise NotReadable(_("“%(text)s” is not a number.") % {"text": text})
    if re.fullmatch(r"[0-9]+", digits):
        return sign * Decimal(digits)
    readings = set(_readings(digits, region))
    if not readings:
        raise NotReadable(_("“%(text)s” is not a number.") % {"text": text})
    if len(readings) > 1:
        first, second = sorted(readings)
        raise NotReadable(
            _("“%(text)s” can be read as %(first)s or as %(second)s. Write it without separators of thousands.")
            % {
                "text": text,
                "first": format_number(first, "quantity", region),
                "second": format_number(second, "quantity", region),
            }
        )
    return sign * readings.pop()


def _readings(digits: str, region: Region) -> list[Decimal]:
    """What the text means by the region's own rules, or else by anybody's."""
    own = _read(digits, thousands=region.thousands, decimal=region.decimal)
    if own is not None:
        return [own]
    both = (_read(digits, thousands=",", decimal="."), _read(digits, thousands=".", decimal=","))
    return [reading for reading in both if reading is not None]


def _read(digits: str, *, thousands: str, decimal: str) -> Decimal | None:
    whole, mark, fraction = digits.partition(decimal)
    groups = whole.split(thousands) if thousands in ".," else [whole]
    grouped = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    plain = "".join(groups) or "0"
    if not grouped or not plain.isdecimal() or (mark and not fraction.isdecimal()):
        return None
    return Decimal(f"{plain}.{fraction or '0'}")


class _Sum:
    """A sum with + - * / and brackets, in exact decimals; recursive descent, no eval."""

    def __init__(self, text: str, region: Region) -> None:
        self.text, self.region = text, region
        self.tokens = [token.strip() for token in _TOKEN.findall(text)]

    def value(self) -> Decimal:
        try:
            result = self._terms()
        except (IndexError, DecimalException) as error:
            raise NotReadable(
                _("“=%(text)s” is not a sum. Write for example =3*12+4.") % {"text": self.text}
            ) from error
        if self.tokens:
            raise NotReadable(_("“=%(text)s” is not a sum. Write for example =3*12+4.") % {"text": self.text})
        return result

    def _terms(self) -> Decimal:
        total = self._factors()
        while self.tokens and self.tokens[0] in "+-":
            total = total + self._factors() if self.tokens.pop(0) == "+" else total - self._factors()
        return total

    def _factors(self) -> Decimal:
        product = self._atom()
        while self.tokens and self.tokens[0] in "*/":
            product = product * self._atom() if self.tokens.pop(0) == "*" else product / self._atom()
        return product

    def _atom(self) -> Decimal:
        token = self.tokens.pop(0)
        if token == "-":
            return -self._atom()
        if token != "(":
            return _parse_plain(token, self.region)
        inner = self._terms()
        if self.tokens.pop(0) != ")":
            raise IndexError
        return inner


def parse_date(text: str, *, today: date) -> date:
    """Read a date as people type it. Raises NotReadable. ``w`` (work date) is today until a work date is set."""
    cleaned = text.strip().lower()
    try:
        found = _parse_word(cleaned, today) or _parse_digits(cleaned, today)
    except (ValueError, OverflowError) as error:
        raise NotReadable(_("“%(text)s” is not a date of the calendar.") % {"text": text}) from error
    if found is None:
        raise NotReadable(_("“%(text)s” is not a date. Write 2026-01-31, 31.01.2026, 3101, t or +7d.") % {"text": text})
    return found


def month_end(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _parse_word(text: str, today: date) -> date | None:
    if text in {"t", "w"}:
        return today
    if text in {"em", "cm"}:
        return month_end(today)
    if match := re.fullmatch(r"([+-])(\d{1,4})([dwmy])", text):
        number = int(match[2]) * (1 if match[1] == "+" else -1)
        match match[3]:
            case "d":
                return today + timedelta(days=number)
            case "w":
                return today + timedelta(weeks=number)
            case "m":
                return add_months(today, number)
        return add_months(today, 12 * number)
    if match := re.fullmatch(r"(mon|tue|wed|thu|fri|sat|sun)(\d{1,2})", text):
        return date.fromisocalendar(today.year, int(match[2]), WEEKDAYS.index(match[1]) + 1)
    return None


def _parse_digits(text: str, today: date) -> date | None:
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})[./](\d{1,2})(?:[./](\d{2}|\d{4}))?\.?", text):
        return date(_year(match[3], today), int(match[2]), int(match[1]))
    if match := re.fullmatch(r"(\d{1,2})", text):
        return today.replace(day=int(match[1]))
    if match := re.fullmatch(r"(\d{2})(\d{2})(\d{2}|\d{4})?", text):
        return date(_year(match[3], today), int(match[2]), int(match[1]))
    return None


def _year(text: str | None, today: date) -> int:
    if not text:
        return today.year
    return int(text) if len(text) == 4 else 2000 + int(text)


def region_of(code: str) -> Region:
    """The region with this code, else en."""
    return REGIONS.get(code, REGIONS["en"])
