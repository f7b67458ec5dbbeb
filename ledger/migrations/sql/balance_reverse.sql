DROP TRIGGER ledger_glentry_not_late ON ledger_glentry;
DROP FUNCTION ledger_refuse_late_lines();
DROP TRIGGER ledger_gltransaction_balances ON ledger_gltransaction;
DROP FUNCTION ledger_check_transaction();
