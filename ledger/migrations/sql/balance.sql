-- A voucher is checked once, at commit, on its header: whoever wrote the entries, by whatever way.
CREATE FUNCTION ledger_check_transaction() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off  -- a plan made while the table was empty must not scan it later
AS $$
DECLARE
    line_total numeric;
    lines bigint;
    other_dates bigint;
BEGIN
    SELECT coalesce(sum(amount), 0), count(*), count(*) FILTER (WHERE posting_date <> NEW.posting_date)
        INTO line_total, lines, other_dates
        FROM ledger_glentry WHERE transaction_id = NEW.id;
    IF line_total <> 0 THEN
        RAISE EXCEPTION 'G/L transaction % (%) does not balance: its entries sum to %', NEW.id, NEW.document_no, line_total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'gl_transaction_balances';
    END IF;
    IF lines = 0 OR lines <> NEW.line_count THEN
        RAISE EXCEPTION 'G/L transaction % (%) has % entries, its header says %', NEW.id, NEW.document_no, lines, NEW.line_count
            USING ERRCODE = 'check_violation', CONSTRAINT = 'gl_transaction_line_count';
    END IF;
    IF other_dates > 0 THEN
        RAISE EXCEPTION 'G/L transaction % (%) has entries of another date than its own', NEW.id, NEW.document_no
            USING ERRCODE = 'check_violation', CONSTRAINT = 'gl_transaction_one_date';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER ledger_gltransaction_balances AFTER INSERT ON ledger_gltransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_transaction();

-- The header's check has run once the transaction is complete. A line that comes later would escape it, so the number
-- of entries may never exceed what the header says. Once per statement, for the vouchers that the statement touched.
CREATE FUNCTION ledger_refuse_late_lines() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off
AS $$
DECLARE
    late record;
BEGIN
    SELECT header.id, header.document_no, header.line_count INTO late
        FROM (SELECT DISTINCT transaction_id FROM new_entries) AS touched
        JOIN ledger_gltransaction AS header ON header.id = touched.transaction_id
        WHERE header.line_count
            < (SELECT count(*) FROM ledger_glentry AS entry WHERE entry.transaction_id = header.id)
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'G/L transaction % (%) is complete: it has % entries and takes no more',
            late.id, late.document_no, late.line_count
            USING ERRCODE = 'check_violation', CONSTRAINT = 'gl_entry_not_late';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER ledger_glentry_not_late AFTER INSERT ON ledger_glentry
    REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_late_lines();
