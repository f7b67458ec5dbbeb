"""Tables that people bring: files and rows pasted from a spreadsheet, read by a description of their columns.

rows = split_text(pasted)                       # or read_cells(content, name) of an uploaded file
table = table_of(rows, COLUMNS, positions=True)  # the heads are recognised, or the columns taken by position
parsed, problems = parse_table(table, COLUMNS, region)
"""

from config.base.sheets.columns import (
    Column,
    Lookup,
    ParsedRow,
    Parser,
    RowProblem,
    choice,
    day,
    number,
    parse_row,
    parse_table,
    resolve_records,
    text,
    too_many_decimals,
    yes_no,
)
from config.base.sheets.files import (
    Cell,
    SourceRow,
    SourceTable,
    UnreadableFile,
    as_text,
    column_name,
    read_cells,
    read_file,
    split_text,
)
from config.base.sheets.heads import known_heads, table_of

__all__ = [
    "Cell",
    "Column",
    "Lookup",
    "ParsedRow",
    "Parser",
    "RowProblem",
    "SourceRow",
    "SourceTable",
    "UnreadableFile",
    "as_text",
    "choice",
    "column_name",
    "day",
    "known_heads",
    "number",
    "parse_row",
    "parse_table",
    "read_cells",
    "read_file",
    "resolve_records",
    "split_text",
    "table_of",
    "text",
    "too_many_decimals",
    "yes_no",
]
