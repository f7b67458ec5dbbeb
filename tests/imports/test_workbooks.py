"""Workbooks are read as they look; those built to do harm are refused, and those of which something would be lost."""

import io
import zipfile

import openpyxl
import pytest

from config.base.sheets import UnreadableFile, read_cells
from tests.web.bad_files import bomb


def written(build):
    book = openpyxl.Workbook()
    build(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def read(build):
    return read_cells(written(build), "file.xlsx")


def spoilt(data, old, new):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed, zipfile.ZipFile(io.BytesIO(data)) as source:
        for name in source.namelist():
            text = source.read(name)
            packed.writestr(name, text.replace(old, new) if name.startswith("xl/worksheets/") else text)
    return target.getvalue()


def two_rows(book):
    book.active.append(["no", "name"])
    book.active.append(["A", "Chair"])


def test_the_first_sheet_that_is_shown_is_read():
    def build(book):
        two_rows(book)
        book.create_sheet("Hidden", 0).append(["secret"])
        book["Hidden"].sheet_state = "hidden"

    assert read(build) == [["no", "name"], ["A", "Chair"]]


def test_blank_rows_between_stay_and_those_below_do_not():
    def build(book):
        two_rows(book)
        book.active.cell(6, 1, "B")
        book.active.cell(9, 1, None).font = openpyxl.styles.Font(bold=True)

    assert [row[0] if row else "" for row in read(build)] == ["no", "A", "", "", "", "B"]


@pytest.mark.parametrize(("row", "column"), [(1_048_576, 1), (200_001, 2), (2, 16_384)])
def test_something_far_away_is_refused(row, column):
    def build(book):
        two_rows(book)
        book.active.cell(row, column, "far away")

    with pytest.raises(UnreadableFile, match=f"{row}" if row > 2 else "1000 columns"):
        read(build)


def test_a_row_beyond_every_sheet_is_refused_and_not_waited_for():
    with pytest.raises(UnreadableFile, match="reaches down"):
        read_cells(spoilt(written(two_rows), b'r="2"', b'r="99999999999"'), "file.xlsx")


def test_a_formula_without_its_result_is_refused_by_its_cell():
    def build(book):
        two_rows(book)
        book.active["B2"] = "=A2&A2"

    with pytest.raises(UnreadableFile, match="formula in B2"):
        read(build)


def test_a_formula_with_its_result_is_what_it_shows():
    def build(book):
        two_rows(book)
        book.active["B2"] = "=1+1"

    data = written(build)
    for blank in (b"<v></v>", b"<v />", b"<v/>"):
        data = spoilt(data, blank, b"<v>2</v>")
    assert read_cells(data, "file.xlsx")[1][1] == 2


def test_what_unpacks_to_too_much_is_refused_unread():
    assert len(bomb()) < 1024 * 1024
    with pytest.raises(UnreadableFile, match="200 MB"):
        read_cells(bomb(), "file.xlsx")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8", "cp1252"])
def test_text_is_read_in_the_encodings_of_spreadsheets(encoding):
    assert read_cells("no\tnavn\nA\tStol på ø\n".encode(encoding), "f.csv") == [["no", "navn"], ["A", "Stol på ø"]]


def test_a_sign_that_is_a_line_break_in_unicode_stays_in_its_cell():
    assert read_cells("no,name\nA,one\u2028two\n".encode(), "f.csv")[1] == ["A", "one\u2028two"]
