"""Numbers and dates as a region writes them. The region is a matter of its own, separate from the language.

``1234.5`` as an amount is ``1,234.50`` in en, ``1 234,50`` (no-break space) in nb, ``1.234,50`` in da. Negative numbers
carry U+2212, never a bracket; a zero is ``0.00``; what is unknown is blank.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

MINUS = "\u2212"
NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True, slots=True)
class Region:
    """How one region writes numbers and dates; ``date_format`` is for strftime."""

    code: str
    thousands: str
    decimal: str
    date_format: str


REGIONS = {
    "en": Region("en", ",", ".", "%Y-%m-%d"),
    "nb": Region("nb", NO_BREAK_SPACE, ",", "%d.%m.%Y"),
    "da": Region("da", ".", ",", "%d.%m.%Y"),
}
DEFAULT_REGION = REGIONS["en"]

# The preference middleware sets it for the request; commands, tests and workers write as en does.
_region: ContextVar[Region] = ContextVar("region", default=DEFAULT_REGION)


@dataclass(frozen=True, slots=True)
class NumberKind:
    """How many decimals a kind of figure shows: always ``least``, and up to ``most`` where they are not zero."""

    least: int
    most: int


AMOUNT_PLACES = 2
NUMBER_KINDS = {
    "amount": NumberKind(AMOUNT_PLACES, AMOUNT_PLACES),
    "unit_cost": NumberKind(2, 5),
    "quantity": NumberKind(0, 5),
    "percent": NumberKind(2, 2),
    "integer": NumberKind(0, 0),
}

Number = Decimal | int


def activate_region(code: str) -> None:
    """Write numbers and dates as this region does, for the rest of the request; an unknown code means en."""
    _region.set(REGIONS.get(code, DEFAULT_REGION))


def current_region() -> Region:
    """The region of the present request."""
    return _region.get()


def plain_number(value: Number, kind: str) -> str:
    """The exact value with a dot and no grouping, as in ``data-value`` and exports: ``-1234.50``."""
    least = NUMBER_KINDS[kind].least
    whole, _, fraction = format(Decimal(value), "f").partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    text = f"{whole}.{fraction}" if fraction else whole
    return text[1:] if Decimal(value) == 0 and text.startswith("-") else text


def format_number(value: Number, kind: str, region: Region | None = None) -> str:
    """The value as the region writes it: ``−1 234,50``."""
    region = region or current_region()
    places = NUMBER_KINDS[kind]
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-places.most), rounding=ROUND_HALF_UP)
    whole, _, fraction = format(abs(rounded), "f").partition(".")
    fraction = fraction.rstrip("0").ljust(places.least, "0") if places.most > places.least else fraction
    grouped = f"{int(whole):,}".replace(",", region.thousands)
    text = f"{grouped}{region.decimal}{fraction}" if fraction else grouped
    return f"{MINUS}{text}" if rounded < 0 else text


def format_date(value: date, region: Region | None = None) -> str:
    """A date as the region writes it: ``31.01.2026``."""
    return value.strftime((region or current_region()).date_format)


def format_datetime(value: datetime, region: Region | None = None) -> str:
    """A moment in the company's time zone, to the minute."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{format_date(local, region)} {local:%H:%M}"


def number_html(value: Number | None, kind: str) -> SafeString:
    """A figure as ``<data class="num …" value data-value>``; empty for None."""
    if value is None:
        return mark_safe("")
    exact = plain_number(value, kind)
    sign = " neg" if value < 0 else " zero" if value == 0 else ""
    return format_html(
        '<data class="num{}" value="{}" data-value="{}">{}</data>', sign, exact, exact, format_number(value, kind)
    )


def date_html(value: date | datetime | None) -> SafeString:
    """A date or moment as ``<time datetime>``; empty for None."""
    if value is None:
        return mark_safe("")
    text = format_datetime(value) if isinstance(value, datetime) else format_date(value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)
