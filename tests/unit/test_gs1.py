"""GS1 codes, read as scanners send them and as people type them."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.barcodes import check_digit
from inventory.scanning import gs1
from inventory.scanning.gs1 import GS, NotReadable

TODAY = date(2026, 3, 2)
GTIN = "04006381333931"


def read(code):
    return gs1.read(code, today=TODAY)


class TestReading:
    def test_one_scan_says_item_lot_serial_dates_and_count(self):
        found = read(f"]C101{GTIN}1126010215270331172705311{'0AB-1'}{GS}21S9{GS}3724")

        assert (found.gtin, found.lot_no, found.serial_no, found.count) == (GTIN, "AB-1", "S9", Decimal(24))
        assert (found.produced, found.best_before, found.expires) == (
            date(2026, 1, 2),
            date(2027, 3, 31),
            date(2027, 5, 31),
        )

    def test_brackets_are_the_same_code(self):
        assert read(f"(01){GTIN}(17)270531(10)AB-1(30)6") == read(f"01{GTIN}1727053110AB-1{GS}306")

    def test_a_weight_has_its_decimals_in_its_identifier(self):
        weights = [read(f"01{GTIN}310{places}001250").weight for places in (0, 2, 3)]

        assert weights == [Decimal(1250), Decimal("12.50"), Decimal("1.250")]

    @pytest.mark.parametrize("code", [f"01{GTIN}10L1{GS}", f"{GS}01{GTIN}{GS}10L1", f"]d201{GTIN}10L1\r\n"])
    def test_a_separator_more_than_needed_does_no_harm(self, code):
        assert (read(code).gtin, read(code).lot_no) == (GTIN, "L1")

    def test_brackets_inside_a_lot_number_stay(self):
        assert read("(10)A(77)B(21)7").elements == {"10": "A(77)B", "21": "7"}

    def test_day_00_is_the_last_of_the_month(self):
        assert read(f"01{GTIN}17280200").expires == date(2028, 2, 29)

    @pytest.mark.parametrize(("short", "year"), [("76", 2076), ("77", 1977), ("00", 2000)])
    def test_the_century_is_the_nearest(self, short, year):
        assert read(f"(17){short}0115").expires == date(year, 1, 15)

    def test_our_own_identifiers_name_item_and_bin(self):
        assert (read("(91)PAINT(10)L1").item_no, read("(92)OSLO/A-01").place) == ("PAINT", "OSLO/A-01")


class TestRefusal:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("0104006381333932", "check digit and would be 1"),
            ("(02)04006381333930(37)5", "check digit and would be 1"),
            (f"01{GTIN}17271301", "(17) 271301 is no date"),
            (f"01{GTIN}17270231", "(17) 270231 is no date"),
            (f"01{GTIN}1727", "(17) needs 6 signs, but only 27 was read"),
            (f"01{GTIN}10", "(10) needs 1 signs"),
            (f"01{GTIN}37ABC", "(37) is a number, but says ABC"),
            (f"01{GTIN}3700", "a quantity of 0"),
            (f"01{GTIN}10{'L' * 21}", "at most 20 signs"),
            (f"01{GTIN}77X", "(77) at this place"),
            ("(77)X", "(77) at this place"),
            (f"10L1{GS}10L2", "(10) twice"),
            ("(10)Æ", "cannot be printed"),
            ("01٠٤٠٠٦٣٨١٣٣٣٩٣١", "is a number"),
            ("]C1", "empty"),
            (f"01{GTIN[:5]}{GS}10L1", "(01) needs 14 signs"),
        ],
    )
    def test_what_is_wrong_is_named(self, code, words):
        with pytest.raises(NotReadable, match=re.escape(words)):
            read(code)

    @given(st.text(max_size=60))
    def test_no_text_breaks_the_reader(self, text):
        try:
            read(text)
        except NotReadable as error:
            assert str(error)

    @given(st.text("0123456789()AB\x1d]C", max_size=60))
    def test_nor_does_a_text_that_looks_like_a_code(self, text):
        try:
            found = read(text)
        except NotReadable:
            return
        assert found.elements


def digits(size):
    return st.text("0123456789", min_size=size, max_size=size)


GTINS = digits(13).map(lambda body: body + check_digit(body))
SIGNS = st.text([chr(sign) for sign in range(33, 127) if chr(sign) not in "()"], min_size=1, max_size=20)
DAYS = st.dates(date(1977, 1, 1), date(2075, 12, 31))
ELEMENTS = st.fixed_dictionaries(
    {"01": GTINS},
    optional={
        "10": SIGNS,
        "21": SIGNS,
        "17": DAYS.map(lambda day: f"{day:%y%m%d}"),
        "37": st.integers(1, 99_999_999).map(str),
        "3103": st.integers(1, 999_999).map("{:06d}".format),
    },
).flatmap(lambda found: st.permutations(list(found.items())).map(dict))


class TestRoundTrip:
    @given(ELEMENTS)
    def test_what_is_written_is_read(self, elements):
        assert read(gs1.write(elements)).elements == elements
        assert read("]C1" + gs1.write(elements)).elements == elements

    @given(ELEMENTS)
    def test_so_is_what_people_read(self, elements):
        assert read(gs1.in_brackets(elements)).elements == elements

    @given(DAYS)
    def test_every_day_of_a_century_comes_back(self, day):
        assert read(f"(17){day:%y%m%d}").expires == day

    @given(GTINS, st.integers(0, 13), st.integers(1, 9))
    def test_every_single_wrong_digit_of_a_gtin_is_found(self, gtin, place, shift):
        wrong = gtin[:place] + str((int(gtin[place]) + shift) % 10) + gtin[place + 1 :]

        with pytest.raises(NotReadable, match="check digit"):
            read(f"01{wrong}")
