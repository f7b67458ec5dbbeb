"""The statements of a batch that posts to G/L; `batches` says what each temporary table holds."""

MEMORY = "SET LOCAL work_mem = '64MB'"

_GROUP = "account_set_id, location_id, inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id"

_RULES = """
    unnest(%(entry_kinds)s::text[], %(value_kinds)s::text[], %(variance_kinds)s::text[], %(order_kinds)s::text[],
           %(pairs)s::text[], %(accounts)s::text[], %(balancings)s::text[])
        AS r(entry_kind, value_kind, variance_kind, order_kind, pair, account, balancing)
"""

_OF_KIND = """
    r.entry_kind = v.item_ledger_entry_type AND r.value_kind = v.entry_type AND r.variance_kind = v.variance_type
    AND r.order_kind IN ('', v.order_type)
"""

PAIRS = f"""
CREATE TEMP TABLE gl_pair ON COMMIT DROP AS
SELECT * FROM (
    SELECT v.id AS value_entry_id, r.pair, r.account, r.balancing,
           CASE WHEN r.pair = 'expected' THEN v.cost_amount_expected
                WHEN r.pair = 'actual' OR o.id IS NOT NULL THEN v.cost_amount_actual
                ELSE 0 END - coalesce(h.amount, 0) AS amount,
           v.posting_date, v.document_no, v.external_document_no, v.description, v.dimension_set_id,
           coalesce(v.account_set_id, 0) AS account_set_id, coalesce(v.location_id, 0) AS location_id,
           coalesce(v.inventory_posting_group_id, 0) AS inventory_posting_group_id,
           coalesce(v.gen_bus_posting_group_id, 0) AS gen_bus_posting_group_id,
           coalesce(v.gen_prod_posting_group_id, 0) AS gen_prod_posting_group_id
    FROM gl_key k
    JOIN costing_valueentry v ON v.id = k.id
    JOIN {_RULES} ON {_OF_KIND}
    LEFT JOIN costing_inventoryadjmtentryorder o ON r.pair = 'closing_out' AND o.closed_out
        AND o.order_type = v.order_type AND o.order_no = v.order_no AND o.order_line_no = v.order_line_no
    LEFT JOIN costing_glitemledgerrelation h ON h.value_entry_id = v.id AND h.pair = r.pair
    WHERE v.inventoriable
) p WHERE p.amount <> 0
"""

WANTED = f"""
WITH known AS (SELECT DISTINCT {_GROUP}, account, balancing FROM gl_pair)
SELECT {_GROUP}, account FROM known UNION SELECT {_GROUP}, balancing FROM known
"""

ROUTES = """
CREATE TEMP TABLE gl_route ON COMMIT DROP AS
SELECT * FROM unnest(
    %(account_set_id)s::bigint[], %(location_id)s::bigint[], %(inventory_posting_group_id)s::bigint[],
    %(gen_bus_posting_group_id)s::bigint[], %(gen_prod_posting_group_id)s::bigint[],
    %(roles)s::text[], %(account_ids)s::bigint[], %(codes)s::text[], %(reasons)s::text[], %(cures)s::text[])
    AS t(account_set_id, location_id, inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id,
         role, account_id, code, reason, cure)
"""

UNROUTED = f"""
SELECT DISTINCT p.value_entry_id, t.code, t.reason, t.cure
FROM gl_pair p JOIN (SELECT * FROM gl_route WHERE account_id IS NULL) t USING ({_GROUP})
WHERE t.role IN (p.account, p.balancing)
ORDER BY 1, 2, 3
"""

DATES = "SELECT DISTINCT posting_date FROM gl_pair"

ON_DATES = "SELECT DISTINCT value_entry_id, posting_date FROM gl_pair WHERE posting_date = ANY(%(dates)s)"

# What holds no value in stock, or no amount at all, is passed over without a word.
WITHOUT_PAIR = f"""
SELECT v.id, CASE
    WHEN NOT EXISTS (SELECT 1 FROM {_RULES} WHERE {_OF_KIND})
         AND (v.cost_amount_actual <> 0 OR %(include_expected)s) THEN 'not_allowed'
    WHEN v.cost_amount_expected <> 0 AND NOT %(include_expected)s THEN 'expected_cost_setup'
    ELSE 'nothing_to_post' END
FROM gl_key k
JOIN costing_valueentry v ON v.id = k.id
WHERE NOT EXISTS (SELECT 1 FROM gl_pair p WHERE p.value_entry_id = v.id)
  AND v.inventoriable AND (v.cost_amount_actual <> 0 OR v.cost_amount_expected <> 0)
"""

LEAVE_OUT = "DELETE FROM gl_pair WHERE value_entry_id = ANY(%(keys)s::bigint[])"

_READY = f"""
CREATE TEMP TABLE gl_ready ON COMMIT DROP AS
SELECT p.value_entry_id, p.pair, p.amount, p.posting_date, p.document_no, p.external_document_no, p.description,
       p.dimension_set_id, a.account_id, b.account_id AS balancing_account_id, {{line}} AS line_no
FROM gl_pair p
JOIN gl_route a USING ({_GROUP})
JOIN gl_route b USING ({_GROUP})
WHERE a.role = p.account AND b.role = p.balancing
"""
READY = {
    False: _READY.format(line="row_number() OVER (ORDER BY p.posting_date, p.document_no, p.value_entry_id, p.pair)"),
    True: _READY.format(
        line="""dense_rank() OVER (ORDER BY p.posting_date, a.account_id, b.account_id, p.location_id,
            p.inventory_posting_group_id, p.gen_bus_posting_group_id, p.gen_prod_posting_group_id,
            p.dimension_set_id, sign(p.amount))"""
    ),
}

SUMS = "SELECT count(DISTINCT value_entry_id), coalesce(sum(amount), 0) FROM gl_ready"

_LINES = """
CREATE TEMP TABLE gl_line ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('ledger_glentry', 'id')) AS entry_id,
       nextval(pg_get_serial_sequence('ledger_glentry', 'id')) AS balancing_entry_id, grouped.*
FROM ({lines} ORDER BY line_no) grouped
"""
LINES = {
    False: _LINES.format(
        lines="""
    SELECT line_no, posting_date, amount, account_id, balancing_account_id, dimension_set_id, document_no,
           external_document_no, description
    FROM gl_ready WHERE %(document_no)s = ''"""
    ),
    True: _LINES.format(
        lines="""
    SELECT line_no, posting_date, sum(amount) AS amount, account_id, balancing_account_id, dimension_set_id,
           %(document_no)s::text AS document_no, ''::text AS external_document_no, ''::text AS description
    FROM gl_ready
    GROUP BY line_no, posting_date, account_id, balancing_account_id, dimension_set_id"""
    ),
}

VOUCHERS = """
CREATE TEMP TABLE gl_voucher ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('ledger_gltransaction', 'id')) AS id, grouped.*
FROM (
    SELECT posting_date, document_no, min(description) AS description, 2 * count(*) AS line_count
    FROM gl_line GROUP BY posting_date, document_no ORDER BY posting_date, document_no
) grouped
"""

INSERT_VOUCHERS = """
INSERT INTO ledger_gltransaction
    (id, register_id, posting_date, document_no, source_code, description, line_count, created_at)
SELECT id, %(register_id)s, posting_date, document_no, %(source)s, description, line_count, %(now)s FROM gl_voucher
"""

INSERT_ENTRIES = """
INSERT INTO ledger_glentry (id, transaction_id, gl_account_id, posting_date, document_no, external_document_no,
    description, amount, dimension_set_id, source_code, system_created, created_at)
SELECT e.id, v.id, e.account_id, l.posting_date, l.document_no, l.external_document_no, l.description, e.amount,
       l.dimension_set_id, %(source)s, true, %(now)s
FROM gl_line l
JOIN gl_voucher v USING (posting_date, document_no)
CROSS JOIN LATERAL (VALUES (l.entry_id, l.account_id, l.amount),
                           (l.balancing_entry_id, l.balancing_account_id, -l.amount)) AS e(id, account_id, amount)
"""

INSERT_RELATIONS = """
INSERT INTO costing_glitemledgerrelation (value_entry_id, pair, amount, gl_entry_id, balancing_gl_entry_id)
SELECT r.value_entry_id, r.pair, r.amount, l.entry_id, l.balancing_entry_id
FROM gl_ready r JOIN gl_line l USING (line_no)
"""

LEAVE_QUEUE = """
DELETE FROM costing_valueentrytopost q USING gl_ready r WHERE q.value_entry_id = r.value_entry_id
"""

TOTALS = """
SELECT a.no, sum(e.amount)
FROM gl_line l
CROSS JOIN LATERAL (VALUES (l.account_id, l.amount), (l.balancing_account_id, -l.amount)) AS e(account_id, amount)
JOIN ledger_glaccount a ON a.id = e.account_id
GROUP BY a.no ORDER BY a.no
"""

DIMENSION_SETS = """
SELECT dimension_set_id, count(DISTINCT value_entry_id) FROM gl_ready WHERE dimension_set_id IS NOT NULL GROUP BY 1
"""
