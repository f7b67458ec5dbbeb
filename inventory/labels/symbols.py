"""Code 128 and QR symbols as the path of an SVG: one unit wide per module, black on white, quiet zone included.

Both encoders are libraries; only the drawing is ours, because theirs styles its elements inline, which our content
security policy does not allow.
"""

from __future__ import annotations

from dataclasses import dataclass

import segno
from barcode.codex import Code128, Gs1_128
from barcode.errors import BarcodeError
from django.utils.translation import gettext as _

from config.base.errors import DomainError
from inventory.scanning import gs1

QUIET_128 = 10
QUIET_QR = 4
BAR_HEIGHT = 50
DIGITS_99 = 99


@dataclass(frozen=True, slots=True)
class Symbol:
    """A drawing: `path` inside a view box of `width` by `height` modules. `stretch`: its height may be anything."""

    path: str
    width: int
    height: int
    stretch: bool


class _Code128(Code128):
    """Code 128 that keeps the digits 99 at the beginning.

    The library begins in set C and saves the switch where the first sign is one. It takes 99, the switch to C, for one
    too, though after a start in C that value is the digits 99, and so drops them.
    """

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        return encoded if encoded[1] == DIGITS_99 else super()._try_to_optimize(encoded)


def code128(data: str) -> Symbol:
    """Code 128 of a text in ASCII. Raises: DomainError for a text that it cannot hold."""
    return _bars(_modules(_Code128, data))


def gs1_128(elements: dict[str, str]) -> Symbol:
    """GS1-128 of elements by application identifier. Raises: gs1.NotReadable for what cannot be printed."""
    data = gs1.write(elements).replace(gs1.GS, Gs1_128.FNC1_CHAR)
    return _bars(_modules(Gs1_128, data))


def qr(data: str) -> Symbol:
    """A QR code, readable with 15 % of it damaged. Raises: DomainError for a text that is too long."""
    try:
        matrix = segno.make_qr(data, error="m").matrix
    except segno.DataOverflowError as error:
        raise DomainError(_("The text is too long for a QR code.")) from error
    size = len(matrix) + 2 * QUIET_QR
    rows = (
        _runs("".join("1" if module else "0" for module in row), QUIET_QR, top + QUIET_QR, 1)
        for top, row in enumerate(matrix)
    )
    return Symbol("".join(rows), size, size, stretch=False)


def _modules(encoder: type[Code128], data: str) -> str:
    """The modules from left to right, 1 for black."""
    if not data.isascii() and encoder is _Code128:
        raise DomainError(_("%(text)s holds signs that Code 128 cannot print. Choose QR.") % {"text": data})
    try:
        return str(encoder(data).build()[0])
    except (BarcodeError, ValueError, KeyError, RuntimeError) as error:
        raise DomainError(_("%(text)s cannot be printed as Code 128. Choose QR.") % {"text": data}) from error


def _bars(modules: str) -> Symbol:
    return Symbol(_runs(modules, QUIET_128, 0, BAR_HEIGHT), len(modules) + 2 * QUIET_128, BAR_HEIGHT, stretch=True)


def _runs(modules: str, left: int, top: int, height: int) -> str:
    """A rectangle for each run of black modules."""
    path, start = [], None
    for place, module in enumerate([*modules, "0"]):
        if module == "1" and start is None:
            start = place
        elif module == "0" and start is not None:
            path.append(f"M{left + start} {top}h{place - start}v{height}h-{place - start}z")
            start = None
    return "".join(path)
