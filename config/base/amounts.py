"""Rounding and proportional split in plain integers.

Money, quantities and unit costs travel through the engine as whole numbers of 1e-5 (named ``_e5``), so that nothing
is ever lost between two roundings. There is one way to round: half away from zero, as the books expect.

    100.00 split over 3 equal parts: share(10_000_000, 1, 3) = 3_333_333 (33.33333 in units of 1e-5)
    round_amount_e5(3_333_333, 1_000) = 3_333_000 (33.33 at a precision of 0.01)

A split by what remains conserves the total: take ``share(left, part, quantity_left)`` for each part, subtract it, and
the last part takes exactly what is left.
"""

from decimal import Decimal

E5 = 100_000
_SCALE = Decimal(E5)


def round_div(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero. The denominator may be negative, not zero."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    doubled = 2 * abs(numerator) + denominator
    quotient = doubled // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def share(total: int, part: int, whole: int) -> int:
    """Return the part of ``total`` that ``part`` is of ``whole``, rounded half away from zero."""
    if part == whole:
        return total
    return round_div(total * part, whole)


def to_e5(value: Decimal) -> int:
    """Scale a decimal to units of 1e-5; digits beyond the fifth are rounded half away from zero."""
    numerator, denominator = value.as_integer_ratio()
    return round_div(numerator * E5, denominator)


def from_e5(value_e5: int) -> Decimal:
    """Return the decimal with five places that stands for a number of 1e-5 units, exactly for any size."""
    sign = 1 if value_e5 < 0 else 0
    return Decimal((sign, tuple(map(int, str(abs(value_e5)))), -5))


def multiply_e5(left_e5: int, right_e5: int) -> int:
    """Multiply two scaled numbers (quantity by unit cost, say) and return the product in units of 1e-5."""
    return round_div(left_e5 * right_e5, E5)


def divide_e5(amount_e5: int, quantity_e5: int) -> int:
    """Divide two scaled numbers (amount by quantity, say) and return the quotient in units of 1e-5."""
    return round_div(amount_e5 * E5, quantity_e5)


def round_amount_e5(value_e5: int, precision_e5: int) -> int:
    """Round to the nearest multiple of the precision: 1_000 for cents, 1 for five places."""
    if precision_e5 == 1:
        return value_e5
    return round_div(value_e5, precision_e5) * precision_e5


def round_amount(value: Decimal, precision: Decimal) -> Decimal:
    """Round a decimal to the nearest multiple of the precision, half away from zero.

    The value may carry more than five places; it is rounded once, from its exact value.
    """
    numerator, denominator = value.as_integer_ratio()
    step_numerator, step_denominator = precision.as_integer_ratio()
    steps = round_div(numerator * step_denominator, denominator * step_numerator)
    return Decimal(steps) * precision
