"""GS1 codes: one scan that says item, lot, serial number, dates and quantity. Plain Python, no database.

A scanner sends the data of `(01)04006381333931(17)270531(10)AB-1(37)24` as

    ]C1 01 04006381333931 17 270531 10 AB-1 <GS> 37 24          (without the blanks)

`]C1` names the symbology (not every scanner sends it). Each element begins with its application identifier (AI); those
of fixed length follow one another directly, the others end at a separator (FNC1, sent as the sign GS) or at the end.
People type the form in brackets. Lengths and signs: GS1 General Specifications, section 3.

91 to 99 are a company's own: we print an item number without GTIN as 91, and a bin (location/bin) as 92.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from config.base.errors import DomainError
from inventory.barcodes import check_digit

GS = "\x1d"
"""FNC1 between two elements, as scanners send it."""

SYMBOLOGIES = ("]C1", "]e0", "]d2", "]Q3", "]J1")
"""How a scanner announces GS1-128, DataBar, DataMatrix, QR and DotCode with GS1 data."""

OWN_ITEM, OWN_PLACE = "91", "92"


@dataclass(frozen=True, slots=True)
class Rule:
    """What an element may hold: digits only or any sign, and its length (least = most: fixed)."""

    least: int
    most: int
    digits: bool = False

    @property
    def fixed(self) -> bool:
        return self.least == self.most


DATE = Rule(6, 6, digits=True)
RULES: dict[str, Rule] = {
    "00": Rule(18, 18, digits=True),
    "01": Rule(14, 14, digits=True),
    "02": Rule(14, 14, digits=True),
    "10": Rule(1, 20),
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), DATE),
    "20": Rule(2, 2, digits=True),
    "21": Rule(1, 20),
    "22": Rule(1, 20),
    "30": Rule(1, 8, digits=True),
    "37": Rule(1, 8, digits=True),
    **{f"310{places}": Rule(6, 6, digits=True) for places in range(6)},
    "240": Rule(1, 30),
    "241": Rule(1, 30),
    "250": Rule(1, 30),
    "400": Rule(1, 30),
    "401": Rule(1, 30),
    "410": Rule(13, 13, digits=True),
    "414": Rule(13, 13, digits=True),
    **{f"{number}": Rule(1, 90) for number in range(90, 100)},
}
CHECKED = ("00", "01", "02", "410", "414")
"""Elements that end with a check digit."""

# The lengths that need no separator, by the first two digits of the AI (with the AI). All others end at GS.
UNSEPARATED = {"00", "01", "02", "11", "12", "13", "15", "16", "17", "20", "31", "41"}

_BRACKETED = re.compile(r"\((\d{2,4})\)")
_SIGNS = re.compile(r"[!-~ ]+")


class NotReadable(DomainError):
    """The code is no GS1 code, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a code says; blank or None where it says nothing. `weight` in kilograms."""

    elements: dict[str, str] = field(default_factory=dict)
    gtin: str = ""
    item_no: str = ""
    place: str = ""
    lot_no: str = ""
    serial_no: str = ""
    produced: date | None = None
    best_before: date | None = None
    expires: date | None = None
    count: Decimal | None = None
    weight: Decimal | None = None


def is_marked(code: str) -> bool:
    """Whether a code says of itself that it is a GS1 code: by symbology, separator or brackets."""
    return code.startswith(SYMBOLOGIES) or GS in code or _BRACKETED.match(code) is not None


def looks_like(code: str) -> bool:
    """Whether an unmarked code may be one: it begins with a GTIN and goes on."""
    return len(code) > 16 and code[:2] in ("01", "02") and code[2:16].isdecimal() and code[:16].isascii()


def read(code: str, *, today: date) -> Reading:
    """Read a code in either form. `today` decides the century of its dates.

    Raises: NotReadable naming the element that is wrong.
    """
    text = code.strip(" \r\n\t")
    text = text[3:] if text.startswith(SYMBOLOGIES) else text
    pairs = _split_bracketed(text) if _BRACKETED.match(text) else _split(text.strip(GS))
    elements: dict[str, str] = {}
    for identifier, value in pairs:
        _check(identifier, value)
        if elements.setdefault(identifier, value) != value:
            raise NotReadable(_("The code says (%(ai)s) twice. Scan one label at a time.") % {"ai": identifier})
    if not elements:
        raise NotReadable(_("The code is empty. Scan it again."))
    return _reading(elements, today)


def _split_bracketed(text: str) -> list[tuple[str, str]]:
    """Brackets that hold no known AI belong to the value before them."""
    pairs: list[tuple[str, str]] = []
    marks = list(_BRACKETED.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        identifier, value = mark[1], text[mark.end() : end].rstrip(GS)
        if pairs and identifier not in RULES and not RULES[pairs[-1][0]].fixed:
            pairs[-1] = (pairs[-1][0], pairs[-1][1] + mark[0] + value)
        elif identifier not in RULES:
            raise _unknown(identifier)
        else:
            pairs.append((identifier, value))
    return pairs


def _split(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    while text:
        identifier = next((text[:size] for size in (2, 3, 4) if text[:size] in RULES), "")
        if not identifier:
            raise _unknown(text[:2])
        rest = text[len(identifier) :]
        if identifier[:2] in UNSEPARATED:
            size = RULES[identifier].most
            value, text = rest[:size], rest[size:].removeprefix(GS)
        else:
            value, _gs, text = rest.partition(GS)
        if GS in value:
            raise _too_short(identifier, value)
        pairs.append((identifier, value))
    return pairs


def _check(identifier: str, value: str) -> None:
    rule = RULES[identifier]
    if len(value) < rule.least:
        raise _too_short(identifier, value)
    if len(value) > rule.most:
        message = _("(%(ai)s) has at most %(most)s signs, but %(value)s has more. A separator may be missing.")
        raise NotReadable(message % {"ai": identifier, "most": rule.most, "value": value})
    if rule.digits and not (value.isascii() and value.isdecimal()):
        message = _("(%(ai)s) is a number, but says %(value)s. Scan the code again.")
        raise NotReadable(message % {"ai": identifier, "value": value})
    if not _SIGNS.fullmatch(value):
        message = _("(%(ai)s) holds signs that cannot be printed in a GS1 code. Scan the code again.")
        raise NotReadable(message % {"ai": identifier})
    if identifier in CHECKED and value[-1] != (right := check_digit(value[:-1])):
        message = _(
            "The last digit of (%(ai)s) %(value)s is a check digit and would be %(right)s. Scan the code again."
        )
        raise NotReadable(message % {"ai": identifier, "value": value, "right": right})


def _reading(elements: dict[str, str], today: date) -> Reading:
    count = elements.get("37") or elements.get("30")
    if count is not None and int(count) == 0:
        raise NotReadable(_("The code says a quantity of 0. Enter the quantity by hand."))
    weight = next((Decimal(value).scaleb(-int(ai[3])) for ai, value in elements.items() if ai[:3] == "310"), None)
    return Reading(
        elements=elements,
        gtin=elements.get("01") or elements.get("02", ""),
        item_no=elements.get(OWN_ITEM, ""),
        place=elements.get(OWN_PLACE, ""),
        lot_no=elements.get("10", ""),
        serial_no=elements.get("21", ""),
        produced=_day("11", elements, today),
        best_before=_day("15", elements, today),
        expires=_day("17", elements, today),
        count=Decimal(count) if count else None,
        weight=weight,
    )


def _day(identifier: str, elements: dict[str, str], today: date) -> date | None:
    """A date YYMMDD; day 00 is the last of the month. The century is the one that is nearest to today."""
    value = elements.get(identifier)
    if value is None:
        return None
    short, month, day = int(value[:2]), int(value[2:4]), int(value[4:])
    year = today.year // 100 * 100 + short
    if short - today.year % 100 >= 51:
        year -= 100
    elif short - today.year % 100 <= -50:
        year += 100
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError) as error:
        message = _("(%(ai)s) %(value)s is no date. Scan the code again, or enter it by hand.")
        raise NotReadable(message % {"ai": identifier, "value": value}) from error


def write(elements: dict[str, str]) -> str:
    """The data of a code as a scanner sends it without symbology; separators only where they are needed.

    Raises: NotReadable where an element cannot be printed.
    """
    for identifier, value in elements.items():
        if identifier not in RULES:
            raise _unknown(identifier)
        _check(identifier, value)
    parts = list(elements.items())
    ends = ["" if ai[:2] in UNSEPARATED else GS for ai, _value in parts[:-1]] + [""]
    return "".join(f"{ai}{value}{end}" for (ai, value), end in zip(parts, ends, strict=False))


def in_brackets(elements: dict[str, str]) -> str:
    """The line that people read under the code."""
    return "".join(f"({identifier}){value}" for identifier, value in elements.items())


def _unknown(identifier: str) -> NotReadable:
    message = _("(%(ai)s) at this place is no part of a GS1 code that we read. Scan the code again, or type it.")
    return NotReadable(message % {"ai": identifier})


def _too_short(identifier: str, value: str) -> NotReadable:
    message = _("(%(ai)s) needs %(least)s signs, but only %(value)s was read. Scan the whole code.")
    shown = value.replace(GS, "") or "-"
    return NotReadable(message % {"ai": identifier, "least": RULES[identifier].least, "value": shown})
