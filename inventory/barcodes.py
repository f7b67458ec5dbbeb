"""Codes that are printed on goods: the check digit of EAN, UPC and ITF codes.

Tiny example: of 4006381333931 the digits before the last, from the right, weigh 3, 1, 3 ...: the sum is 89, and 1 makes
it 90, the next multiple of ten.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from config.base.errors import DomainError
from inventory.enums import Symbology

LENGTHS: dict[str, int] = {Symbology.EAN_13: 13, Symbology.EAN_8: 8, Symbology.UPC_A: 12, Symbology.ITF_14: 14}


def check_digit(digits: str) -> str:
    """The check digit that follows these digits."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def check_code(code: str, symbology: str) -> None:
    """Refuse a code that cannot be printed so. Raises: DomainError, with the right check digit."""
    length = LENGTHS.get(symbology)
    if length is None:
        return
    name = Symbology(symbology).label
    if not code.isascii() or not code.isdecimal() or len(code) != length:
        raise DomainError(
            _("%(symbology)s has %(length)s digits. Correct %(code)s, or choose Code 128.")
            % {"symbology": name, "length": length, "code": code}
        )
    right = check_digit(code[:-1])
    if code[-1] != right:
        raise DomainError(
            _("The last digit of %(code)s is a check digit and would be %(right)s. Read the code again.")
            % {"code": code, "right": right}
        )


def symbology_of(code: str) -> str:
    """What a code most likely is: by its length and check digit, else Code 128."""
    if code.isascii() and code.isdecimal():
        for symbology, length in LENGTHS.items():
            if len(code) == length and code[-1] == check_digit(code[:-1]):
                return symbology
    return Symbology.CODE_128
