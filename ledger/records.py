"""The records of the ledger whose cards have notes, files and a history."""

from config.base.record_kinds import RecordKind

RECORDS = {
    "ledger.glaccount": RecordKind("ledger:glaccount_detail", view=("base.gl_view",), edit="base.gl_journal"),
}
