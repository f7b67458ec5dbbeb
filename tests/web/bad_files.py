"""Files that nobody should bring: workbooks of bad cells, workbooks built to do harm, text in other encodings."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

import openpyxl

from tests.web.bad_input import GARBAGE, guess

CELLS = [
    *("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "=A1+1", "=1/0", "='x'!A1", "=HYPERLINK(1)", "@SUM(A1)", "-", "+1"),
    *("2026-02-30", "31.02.2026", "03/04/2026", "1900-01-00", "01.01.26", "2026-1-1", "20260101", "44927", "2026-W05"),
    *(date(1900, 1, 1), date(9999, 12, 31), datetime(2026, 3, 3, 23, 59, 59), time(12, 30), timedelta(days=400)),
    *(True, False, 0, -1, 1.5, 0.1 + 0.2, 1e308, 5e-324, 1e15, 123456789012345678, 10**30, 999999999999999.9),
    *(
        "x" * 32_767,
        "y" * 5000,
        "line\nbreak",
        "tab\there",
        "_x0000_",
        "_x001B_[0m",
        "\u2028",
        "\u202e",
        "\ufeff1",
        "１２",
    ),
    *("1,5", "1.234,5", "1'000", "(5)", "5-", "5 %", "kr 5", "$5", "1E5", "0x1F", "TRUE", "ja", "None", "nan", "inf"),
    *(" CHAIR", "chair", "CHAIR\u00a0", "CHAIR\u200b", "OSLO ", "oslo", None, "", " "),
]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "latin-1", "cp437", "cp037", "utf-7")
SEPARATORS = (",", ";", "\t", "|", ":", ";;", "  ", "\u2003", "\x1f", "\u2028", ", ", '","', "")
ENDINGS = ("\n", "\r\n", "\r", "\n\n", "\x0b", "\u2029", "")
# What stands in the XML of a sheet, and what somebody may put there.
SPOILT_XML = (
    ("<v>", "<v>NaN"),
    ("<v>", "<v>1e999"),
    ('t="s"', 't="e"'),
    ('t="s"', 't="d"'),
    ('t="s"', 't="b"'),
    ('t="n"', 't="s"'),
    ('r="A1"', 'r="XFD1"'),
    ('r="A2"', 'r="A0"'),
    ('<row r="2"', '<row r="1048576"'),
    ('<row r="2"', '<row r="99999999999"'),
    ('<row r="2"', '<row r="-5"'),
    ("<sheetData>", "<sheetData><sheetData>"),
    ("</sheetData>", ""),
    ("<c ", '<c s="999" '),
    ("<?xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><?xml'),
)


def rows_of(random, kind, cells=CELLS):
    """Heads, more or less, and rows of guesses with bad cells among them."""
    heads = [column.name for column in kind.columns]
    if random.random() < 0.3:
        heads[random.randrange(len(heads))] = random.choice((random.choice(GARBAGE), heads[0], "", None))
    rows = [
        [random.choice(cells) if random.random() < 0.2 else guess(random, str(head)) for head in heads]
        for _row in range(random.randint(0, 4))
    ]
    return [heads, *rows]


def workbook(random, kind):
    """The bytes of a workbook of a kind."""
    book = openpyxl.Workbook()
    if random.random() < 0.2:
        book.create_sheet("Empty", 0)
    if random.random() < 0.2:
        book.create_sheet("Hidden", 0).sheet_state = random.choice(("hidden", "veryHidden"))
    sheet = book[random.choice(book.sheetnames)]
    for row in rows_of(random, kind):
        sheet.append([_writable(cell) for cell in row])
    if random.random() < 0.15:
        sheet.merge_cells("A2:C3")
    if random.random() < 0.1:
        sheet.insert_rows(1, amount=random.choice((1, 3, 300)))
    if random.random() < 0.08:
        sheet.cell(random.choice((1_048_576, 250_000, 900)), random.choice((1, 16_384)), "far away")
    if random.random() < 0.1:
        sheet["A2"].data_type = "e"
    if random.random() < 0.1:
        book.create_chartsheet("Chart", 0)
    if random.random() < 0.1:
        sheet.append([_writable(random.choice(CELLS)) for _cell in range(60)])
    written = io.BytesIO()
    book.save(written)
    return _spoilt(random, written.getvalue())


def _writable(value):
    """What openpyxl lets through; it refuses control characters, which are put into the XML instead."""
    if isinstance(value, str):
        return "".join(char for char in value if char >= " " or char in "\n\t")
    return value


def _spoilt(random, data):
    fate = random.random()
    if fate < 0.3:
        return _rezipped(data, *random.choice(SPOILT_XML))
    if fate < 0.36:
        return _rezipped(data, "<v>", f"<v>{chr(random.choice((0, 7, 27)))}")
    if fate < 0.42:
        return data[: random.randrange(len(data))]
    if fate < 0.48:
        place = random.randrange(len(data))
        return data[:place] + random.randbytes(3) + data[place + 3 :]
    if fate < 0.5:
        return _without(data, random)
    if fate < 0.52:
        return bomb()
    return data


def _rezipped(data, old, new):
    """The workbook with something else in the XML of its sheets."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in source.infolist():
            text = source.read(part)
            if part.filename.startswith("xl/worksheets/"):
                text = text.replace(old.encode(), new.encode(), 1)
            packed.writestr(part.filename, text)
    return target.getvalue()


def _without(data, random):
    """The workbook without one of its parts."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    gone = random.choice(source.namelist())
    with zipfile.ZipFile(target, "w") as packed:
        for name in source.namelist():
            if name != gone:
                packed.writestr(name, source.read(name))
    return target.getvalue()


@cache
def bomb():
    """A small file that unpacks to 300 MB."""
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    target = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(book.getvalue()))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                packed.writestr(name, source.read(name))
        with packed.open("xl/worksheets/sheet1.xml", "w") as stream:
            for _megabyte in range(300):
                stream.write(b" " * 1024 * 1024)
    return target.getvalue()


def text_file(random, kind):
    """A CSV file, or what somebody takes for one."""
    separator, ending = (",", "\n") if random.random() < 0.3 else (random.choice(SEPARATORS), random.choice(ENDINGS))
    rows = rows_of(random, kind, GARBAGE)
    text = ending.join(separator.join(str(cell) for cell in row) for row in rows)
    if random.random() < 0.1:
        text += random.choice(('"', '"open quote\n', "\x1a", "\x00", "x" * 200_000))
    data = text.encode(random.choice(ENCODINGS) if random.random() < 0.5 else "utf-8", errors="replace")
    damage = random.random()
    if damage < 0.08:
        return random.randbytes(60)
    return data[: random.randint(0, len(data))] + b"\xff\xfe" if damage < 0.16 else data


def a_file(random: Random, kind):
    """(name, bytes): a workbook or a text, mostly under the ending that is its own."""
    is_workbook = random.random() < 0.5
    data = workbook(random, kind) if is_workbook else text_file(random, kind)
    ending = "xlsx" if is_workbook else random.choice(("csv", "csv", "txt", "tsv"))
    if random.random() < 0.08:
        ending = random.choice(("csv", "xlsx", "xls", "pdf", "", "xlsm"))
    return f"{random.choice(('file', 'ø', 'a' * 180, '..', '<b>'))}.{ending}", data


def pasted(random, kind):
    """Rows as somebody may paste them."""
    separator = random.choice(SEPARATORS)
    rows = rows_of(random, kind, GARBAGE)
    return random.choice(ENDINGS).join(separator.join(str(cell) for cell in row) for row in rows)
