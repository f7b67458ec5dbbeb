"""Dimensions of documents and entries: are these values allowed, and what holds when several places set them."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from config.base.errors import ErrorCode, Problem, raise_problems
from config.base.models import Dimension, DimensionValue


def check(values: Mapping[str, str]) -> None:
    """Refuse unknown or blocked dimensions and values, all of them at once.

    Raises: DomainError, code blocked_dimension or invalid_input.
    """
    dimensions = {dimension.code: dimension for dimension in Dimension.objects.filter(code__in=values)}
    known = {
        (value.dimension.code, value.code): value
        for value in DimensionValue.objects.filter(dimension__code__in=values).select_related("dimension")
    }
    raise_problems(
        problem
        for code, value in values.items()
        if value and (problem := _problem(code, value, dimensions.get(code), known.get((code, value))))
    )


def merge(*sets: Mapping[str, str]) -> dict[str, str]:
    """Put dimension values together; the later one wins where two name the same dimension."""
    merged: dict[str, str] = {}
    for values in sets:
        merged.update({code: value for code, value in values.items() if value})
    return merged


def _problem(code: str, value: str, dimension: Dimension | None, row: DimensionValue | None) -> Problem | None:
    names = {"dimension": code, "value": value}
    if dimension is None:
        return Problem(_("There is no dimension %(dimension)s.") % names, ErrorCode.INVALID_INPUT)
    if row is None:
        text = _("Dimension %(dimension)s has no value %(value)s. Create it, or choose another.")
        return Problem(text % names, ErrorCode.INVALID_INPUT)
    if dimension.blocked or row.blocked:
        text = _("Value %(value)s of dimension %(dimension)s is blocked. Choose another.")
        return Problem(text % names, ErrorCode.BLOCKED_DIMENSION)
    return None
