"""The order of words in lists."""

import pytest

from inventory.sorting import MAX_LENGTH, sort_key


def test_ae_oe_aa_come_last_and_accents_fall_away():
    words = ["Ål", "Zinc", "Æble", "éclair", "Øl", "apple", "Zz"]

    assert sorted(words, key=sort_key) == ["apple", "éclair", "Zinc", "Zz", "Æble", "Øl", "Ål"]


@pytest.mark.parametrize("text", ["Ål", "A\u030al"])
def test_a_letter_of_two_characters_is_the_same_letter(text):
    assert sort_key(text) == "zzzcl"


def test_blanks_do_not_count_twice_and_the_key_fits_its_column():
    assert sort_key("  Tea \n cup ") == "tea cup"
    assert len(sort_key("å" * 100)) == MAX_LENGTH
