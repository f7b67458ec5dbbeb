"""A quantity as people type it while counting: `12*6+5` is 77."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode

_NUMBER = r"\d{1,12}(?:[.,]\d{1,5})?"
_SUM = re.compile(rf"{_NUMBER}(?:[*x+]{_NUMBER}){{0,20}}")


def read(text: str) -> Decimal:
    """The value of a number, or of a sum of products. Raises: DomainError with an example."""
    plain = re.sub(r"\s", "", text).replace("×", "*").lower()
    if not (plain.isascii() and _SUM.fullmatch(plain)):
        raise DomainError(
            _("“%(text)s” is no quantity. Enter for example 12, 2.5 or 12*6+5.") % {"text": text[:40]},
            code=ErrorCode.INVALID_INPUT,
        )
    total = Decimal(0)
    for term in plain.split("+"):
        product = Decimal(1)
        for factor in re.split("[*x]", term):
            product *= Decimal(factor.replace(",", "."))
        total += product
    return total.quantize(Decimal("0.00001"))
