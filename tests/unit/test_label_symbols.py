"""The symbols on labels, read back: Code 128 by its own table of the standard, QR by its size and finder patterns."""

import re

import pytest
from barcode.charsets import code128 as tables
from hypothesis import given
from hypothesis import strategies as st

from config.base.errors import DomainError
from inventory.labels import symbols
from inventory.scanning import gs1

VALUES = {pattern: value for value, pattern in enumerate(tables.CODES)}
START_A, START_B, START_C = 103, 104, 105
FNC1 = 102


def modules(symbol):
    """The black and white modules of a bar code, from its path."""
    row = ["0"] * symbol.width
    for left, width in re.findall(r"M(\d+) 0h(\d+)", symbol.path):
        row[int(left) : int(left) + int(width)] = "1" * int(width)
    return "".join(row)


def decode(symbol):
    """The text of a Code 128 symbol; FNC1 is the sign GS. Checks start, check sum, stop and quiet zones."""
    bars = modules(symbol)
    assert bars[: symbols.QUIET_128].strip("0") == bars[-symbols.QUIET_128 :].strip("0") == ""
    bars = bars[symbols.QUIET_128 : -symbols.QUIET_128]
    assert bars.endswith("1100011101011")
    values = [VALUES[bars[at : at + 11]] for at in range(0, len(bars) - 13, 11)]
    *data, check = values
    assert check == (data[0] + sum(place * value for place, value in enumerate(data[1:], start=1))) % 103
    charset, text = {START_A: "A", START_B: "B", START_C: "C"}[data[0]], ""
    for value in data[1:]:
        if value == FNC1:
            text += gs1.GS
        elif charset == "C" and value < 100:
            text += f"{value:02d}"
        elif value in (99, 100, 101):
            charset = {99: "C", 100: "B", 101: "A"}[value]
        elif charset == "B" or value < 64:
            text += chr(value + 32)
        else:
            text += chr(value - 64)
    return text


class TestCode128:
    @given(st.text([chr(sign) for sign in range(32, 127)], min_size=1, max_size=40))
    def test_every_text_is_read_back(self, text):
        assert decode(symbols.code128(text)) == text

    @given(st.from_regex(r"[A-Z]{0,3}[0-9]{1,15}[a-z]{0,2}[0-9]{0,7}", fullmatch=True))
    def test_so_are_runs_of_digits(self, text):
        assert decode(symbols.code128(text)) == text

    def test_what_it_cannot_print_is_refused(self):
        with pytest.raises(DomainError, match="Choose QR"):
            symbols.code128("STÅL")

    @given(
        st.fixed_dictionaries(
            {"01": st.just("04006381333931")},
            optional={
                "17": st.just("271231"),
                "10": st.text("ABC0123456789-", min_size=1, max_size=20),
                "21": st.text("XYZ0123456789", min_size=1, max_size=20),
                "37": st.integers(1, 9999).map(str),
            },
        )
    )
    def test_gs1_begins_with_fnc1_and_separates_by_it(self, elements):
        assert decode(symbols.gs1_128(elements)) == gs1.GS + gs1.write(elements)


class TestQR:
    def test_its_corners_and_quiet_zone_are_those_of_the_standard(self):
        symbol = symbols.qr("(91)PAINT(10)L1")
        dark = set()
        for left, top, width in re.findall(r"M(\d+) (\d+)h(\d+)", symbol.path):
            dark |= {(int(left) + step, int(top)) for step in range(int(width))}
        finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]

        assert (symbol.width, symbol.height) == (21 + 8, 21 + 8) or symbol.width > 29
        for left, top in ((4, 4), (symbol.width - 11, 4), (4, symbol.height - 11)):
            found = ["".join("1" if (left + x, top + y) in dark else "0" for x in range(7)) for y in range(7)]
            assert found == finder
        assert min(x for x, _y in dark) == min(y for _x, y in dark) == symbols.QUIET_QR

    def test_a_text_that_is_too_long_is_refused(self):
        with pytest.raises(DomainError, match="too long"):
            symbols.qr("x" * 3000)
