"""The little language of filter boxes: ``a..b``, ``>=10``, ``A|B``, ``<>X``, ``BIK*``, ``''`` for blank, quotes.

An expression is read once into alternatives of terms, and turned into a ``Q`` for a field path. It means the same to
everybody who opens a link: numbers have a dot, dates are ISO or relative to today.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from config.base.parsing import NotReadable, add_months, month_end, parse_date

_SPECIAL = re.compile(r"[|&*<>='\"]|\.\.")
_OPERATORS = (("<>", "ne"), (">=", "gte"), ("<=", "lte"), (">", "gt"), ("<", "lt"), ("=", "eq"))


def exact_value(value: object) -> str:
    """Write a value so that a filter box takes it literally: quoted where it holds a sign of the language."""
    text = str(value)
    return "'" + text.replace("'", "''") + "'" if text == "" or _SPECIAL.search(text) else text


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: ``eq``, ``ne``, ``gt``, ``gte``, ``lt``, ``lte``, ``range``, ``like`` or ``blank``."""

    operator: str
    low: Any = None
    high: Any = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """Alternatives (any of them holds) of terms (all of them hold). Of texts, an empty one is blank as well."""

    text: str
    alternatives: tuple[tuple[Term, ...], ...]
    of_texts: bool = False

    def q(self, path: str, *, exact: str = "exact") -> Q:
        """The condition on a field path; ``exact`` is the lookup of a plain word."""
        whole = Q()
        for terms in self.alternatives:
            part = Q()
            for term in terms:
                condition = _term_q(term, path, exact, self.of_texts)
                part &= ~condition if term.negated else condition
            whole |= part
        return whole


def read_expression(text: str, reader: Callable[[str], tuple[Any, Any]], *, wildcards: bool = False) -> Expression:
    """Read an expression; ``reader`` turns a value into its first and last meaning (a month is a range).

    Raises NotReadable with an example of what can be written.
    """
    alternatives = []
    for alternative in _split(text, "|"):
        terms = [_read_term(part.strip(), reader, wildcards) for part in _split(alternative, "&")]
        alternatives.append(tuple(terms))
    return Expression(text, tuple(alternatives), of_texts=wildcards)


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark that stands outside quotes."""
    parts, start, quoted = [], 0, False
    for index, sign in enumerate(text):
        if sign == "'":
            quoted = not quoted
        elif sign == mark and not quoted:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _read_term(text: str, reader: Callable[[str], tuple[Any, Any]], wildcards: bool) -> Term:
    if not text:
        raise NotReadable(_("A value is missing. Write for example A|B or 1..10."))
    for sign, operator in _OPERATORS:
        if text.startswith(sign):
            return _compare(operator, text[len(sign) :].strip(), reader, wildcards)
    return _compare("eq", text, reader, wildcards)


def _compare(operator: str, text: str, reader: Callable[[str], tuple[Any, Any]], wildcards: bool) -> Term:
    negated = operator == "ne"
    if negated or operator == "eq":
        if text == "''" or (negated and not text):
            return Term("blank", negated=negated)
        if _is_quoted(text):
            return Term("eq", *reader(_unquoted(text)), negated=negated)
        if ".." in text:
            first, _dots, last = text.partition("..")
            if not first.strip() and not last.strip():
                raise NotReadable(_("“..” needs a value before or after it. Write for example 1..10."))
            low = reader(first.strip())[0] if first.strip() else None
            high = reader(last.strip())[1] if last.strip() else None
            return Term("range", low, high, negated=negated)
        if wildcards and "*" in text:
            return Term("like", text, negated=negated)
        return Term("eq", *reader(text), negated=negated)
    low, high = reader(_unquoted(text))
    return Term(operator, low if operator in {"gte", "lt"} else high)


def _is_quoted(text: str) -> bool:
    return len(text) >= 2 and text[0] == text[-1] == "'"


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'") if _is_quoted(text) else text


def _term_q(term: Term, path: str, exact: str, of_texts: bool) -> Q:
    match term.operator:
        case "blank":
            return _blank_q(path) if of_texts else Q(**{f"{path}__isnull": True})
        case "like":
            return _like_q(path, term.low)
        case "range":
            low = Q(**{f"{path}__gte": term.low}) if term.low is not None else Q()
            return low & Q(**{f"{path}__lte": term.high}) if term.high is not None else low
        case "eq" if term.low != term.high:
            return Q(**{f"{path}__gte": term.low, f"{path}__lte": term.high})
        case "eq":
            return Q(**{f"{path}__{exact if isinstance(term.low, str) else 'exact'}": term.low})
    return Q(**{f"{path}__{term.operator}": term.low})


def _blank_q(path: str) -> Q:
    return Q(**{f"{path}__isnull": True}) | Q(**{f"{path}__regex": "^$"})


def _like_q(path: str, pattern: str) -> Q:
    middle = pattern.strip("*")
    if "*" not in middle:
        before, after = pattern.startswith("*"), pattern.endswith("*")
        lookup = "icontains" if before and after else "iendswith" if before else "istartswith"
        return Q(**{f"{path}__{lookup}": middle})
    return Q(**{f"{path}__iregex": "^" + ".*".join(re.escape(part) for part in pattern.split("*")) + "$"})


def read_text(text: str) -> tuple[str, str]:
    """A word is itself."""
    return text, text


def read_number(text: str) -> tuple[Decimal, Decimal]:
    """A number with a dot, as in a link; a decimal comma where it cannot be anything else. Raises NotReadable."""
    plain = text.replace("\u2212", "-").strip()
    if re.fullmatch(r"-?\d+,\d{1,2}|-?\d+,\d{4,5}", plain):
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", plain):
        raise NotReadable(_("“%(text)s” is not a number. Write for example >=10, 1..10 or 12.5.") % {"text": text})
    return Decimal(plain), Decimal(plain)


def read_day(text: str, *, today: date) -> tuple[date, date]:
    """The first and last day of a day, month (``2026-03``, ``p3``), year or relative date. Raises NotReadable."""
    lowered = text.strip().lower()
    try:
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})", lowered):
            first = date(int(match[1]), int(match[2]), 1)
            return first, month_end(first)
        if match := re.fullmatch(r"p(\d{1,2})", lowered):
            first = date(today.year, int(match[1]), 1)
            return first, month_end(first)
        if re.fullmatch(r"20\d{2}", lowered):
            return date(int(lowered), 1, 1), date(int(lowered), 12, 31)
    except ValueError as error:
        raise NotReadable(_("“%(text)s” is not a month. Write for example 2026-03 or p3.") % {"text": text}) from error
    if lowered == "cm":
        return today.replace(day=1), month_end(today)
    if lowered.startswith("-") and lowered.endswith("m") and lowered[1:-1].isdecimal():
        day = add_months(today, -int(lowered[1:-1]))
        return day, day
    day = parse_date(lowered, today=today)
    return day, day
