"""Reading files."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from costing.imports import UnreadableFile, read_file


class TestCsv:
    def test_names_each_row_by_the_line_where_it_begins(self, write_csv):
        path = write_csv('Item No.,Description\nA,"two\nlines"\n\nB,one\n')

        table = read_file(path)

        assert table.columns == ("item_no", "description")
        assert [(row.line_no, row.cells["item_no"]) for row in table.rows] == [(2, "A"), (5, "B")]

    @pytest.mark.parametrize("mark", [",", ";", "\t"])
    def test_finds_the_delimiter(self, write_csv, mark):
        table = read_file(write_csv(f"no{mark}name\nA{mark}Apple\n"))

        assert table.rows[0].cells == {"no": "A", "name": "Apple"}

    def test_reads_a_byte_order_mark(self, write_csv):
        assert read_file(write_csv("\ufeffno\nA\n")).columns == ("no",)

    def test_keeps_cells_right_of_the_last_column_apart(self, write_csv):
        assert read_file(write_csv("no,name\nA,Apple,red\n")).rows[0].surplus == ("red",)

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"no,name\nA,\xe6ble\n", "not in UTF-8"),
            (b"", "is empty"),
            (b"no,no\nA,B\n", "name of its own"),
            (b"no,,name\nA,B,C\n", "the column without a name"),
            (b'no\n"A\n', "Line 2 of data.csv cannot be read"),
        ],
    )
    def test_refuses_what_cannot_be_read(self, tmp_path, content, reason):
        path = tmp_path / "data.csv"
        path.write_bytes(content)

        with pytest.raises(UnreadableFile, match=reason):
            read_file(path)

    def test_refuses_a_file_that_is_not_there_or_of_another_kind(self, tmp_path):
        (tmp_path / "data.ods").write_text("x")

        with pytest.raises(UnreadableFile, match="There is no file"):
            read_file(tmp_path / "none.csv")
        with pytest.raises(UnreadableFile, match=r"neither a \.csv nor a \.xlsx"):
            read_file(tmp_path / "data.ods")


class TestXlsx:
    def test_reads_numbers_as_they_show_and_dates_as_dates(self, write_xlsx):
        path = write_xlsx(
            [
                ["no", "unit_cost", "quantity", "day", "lot_tracked"],
                ["A", 0.1 + 0.2, 3, date(2026, 1, 31), True],
                [None, None, None, None, None],
                [22661, 1e-05, 1234567.5, datetime(2026, 1, 31), False],
            ]
        )

        first, second = read_file(path).rows

        assert (first.line_no, second.line_no) == (2, 4)
        assert first.cells == {
            "no": "A",
            "unit_cost": Decimal("0.3"),
            "quantity": Decimal(3),
            "day": "2026-01-31",
            "lot_tracked": "yes",
        }
        assert second.cells == {
            "no": Decimal(22661),
            "unit_cost": Decimal("0.00001"),
            "quantity": Decimal("1234567.5"),
            "day": "2026-01-31",
            "lot_tracked": "no",
        }

    def test_keeps_a_row_of_zeros(self, write_xlsx):
        assert read_file(write_xlsx([["quantity"], [0]])).rows[0].cells == {"quantity": Decimal(0)}

    def test_refuses_what_is_no_workbook(self, tmp_path):
        path = tmp_path / "data.xlsx"
        path.write_text("no workbook")

        with pytest.raises(UnreadableFile, match="not a workbook"):
            read_file(path)
