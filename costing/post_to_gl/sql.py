"""The statements of a batch that posts to G/L; `batches` says what each temporary table holds."""

MEMORY = "SET LOCAL work_mem = '64MB'"

_GROUP = """account_set_id, location_id, inventory_posting_group_id, gen_bus_posting_group_id,
    gen_prod_posting_group_id, wip_posting_group_id"""

# Work in process is an account of what is made: a component goes to that of its product's posting group.
_WIP_GROUP = """
coalesce(CASE WHEN v.item_ledger_entry_type = 'consumption' THEN (
    SELECT i.inventory_posting_group_id
    FROM costing_inventoryadjmtentryorder m JOIN inventory_item i ON i.id = m.item_id
    WHERE m.order_type = v.order_type AND m.order_no = v.order_no AND m.order_line_no = v.order_line_no) END, 0)
"""

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
           coalesce(v.gen_prod_posting_group_id, 0) AS gen_prod_posting_group_id,
           {_WIP_GROUP} AS wip_posting_group_id
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
    %(gen_bus_posting_group_id)s::bigint[], %(gen_prod_posting_group_id)s::bigint[], %(wip_posting_group_id)s::bigint[],
    %(roles)s::text[], %(account_ids)s::bigint[], %(codes)s::text[], %(reasons)s::text[], %(cures)s::text[])
    AS t(account_set_id, location_id, inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id,
         wip_posting_group_id, role, account_id, code, reason, cure)
"""

UNROUTED = f"""
SELECT DISTINCT p.value_entry_id, t.code, t.reason, t.cure
FROM gl_pair p JOIN (SELECT * FROM gl_route WHERE account_id IS NULL) t USING ({_GROUP})
WHERE t.role IN (p.account, p.balancing)
ORDER BY 1, 2, 3
"""

DATES = "SELECT DISTINCT posting_date FROM gl_pair"

ON_DATES = "SELECT DISTINCT value_entry_id, posting_date FROM gl_pair WHERE posting_date = ANY(%(dates)s)"

LEFT_OVER = "SELECT id FROM gl_key EXCEPT SELECT value_entry_id FROM gl_pair"

# What holds no value in stock, or no amount at all, is passed over without a word.
WITHOUT_PAIR = f"""
SELECT v.id, CASE
    WHEN NOT EXISTS (SELECT 1 FROM {_RULES} WHERE {_OF_KIND})
         AND (v.cost_amount_actual <> 0 OR %(include_expected)s) THEN 'not_allowed'
    WHEN v.cost_amount_expected <> 0 AND NOT %(include_expected)s THEN 'expected_cost_setup'
    ELSE 'nothing_to_post' END
FROM costing_valueentry v
WHERE v.id = ANY(%(keys)s::bigint[])
  AND v.inventoriable AND (v.cost_amount_actual <> 0 OR v.cost_amount_expected <> 0)
"""

LEAVE_OUT = "DELETE FROM gl_pair WHERE value_entry_id = ANY(%(keys)s::bigint[])"

_ACCOUNTS = f"""
FROM gl_pair p
JOIN gl_route a USING ({_GROUP})
JOIN gl_route b USING ({_GROUP})
WHERE a.role = p.account AND b.role = p.balancing
"""

# The sequence is looked up once, not for every row: hence the subqueries.
_NUMBERS = """
nextval((SELECT pg_get_serial_sequence('ledger_glentry', 'id')::regclass)) AS entry_id,
nextval((SELECT pg_get_serial_sequence('ledger_glentry', 'id')::regclass)) AS balancing_entry_id
"""

# Per entry a pair is a line: it gets the numbers of its G/L entries at once.
READY_PER_ENTRY = f"""
CREATE TEMP TABLE gl_ready ON COMMIT DROP AS
SELECT {_NUMBERS}, ordered.* FROM (
    SELECT p.value_entry_id, p.pair, p.amount, p.posting_date, p.document_no, p.external_document_no, p.description,
           p.dimension_set_id, a.account_id, b.account_id AS balancing_account_id
    {_ACCOUNTS}
    ORDER BY p.posting_date, p.document_no, p.value_entry_id, p.pair
) ordered
"""

READY_PER_GROUP = f"""
CREATE TEMP TABLE gl_ready ON COMMIT DROP AS
SELECT p.value_entry_id, p.pair, p.amount, p.posting_date, p.dimension_set_id, a.account_id,
       b.account_id AS balancing_account_id, p.location_id, p.inventory_posting_group_id,
       p.gen_bus_posting_group_id, p.gen_prod_posting_group_id
{_ACCOUNTS}
"""

_LINE_KEY = """posting_date, account_id, balancing_account_id, location_id, inventory_posting_group_id,
    gen_bus_posting_group_id, gen_prod_posting_group_id, dimension_set_id, sign(amount)"""

LINES_PER_GROUP = f"""
CREATE TEMP TABLE gl_line ON COMMIT DROP AS
SELECT {_NUMBERS}, ordered.*, %(document_no)s::text AS document_no, ''::text AS external_document_no,
       ''::text AS description
FROM (SELECT {_LINE_KEY} AS side, sum(amount) AS amount FROM gl_ready GROUP BY {_LINE_KEY} ORDER BY {_LINE_KEY}) ordered
"""

MOVED = """
SELECT account_id, balancing_account_id, sum(amount), count(dimension_set_id) FROM gl_ready GROUP BY 1, 2
"""

_VOUCHERS = """
CREATE TEMP TABLE gl_voucher ON COMMIT DROP AS
SELECT nextval((SELECT pg_get_serial_sequence('ledger_gltransaction', 'id')::regclass)) AS id, grouped.*
FROM (
    SELECT posting_date, document_no, min(description) AS description, 2 * count(*) AS line_count
    FROM {lines} GROUP BY posting_date, document_no ORDER BY posting_date, document_no
) grouped
"""

INSERT_VOUCHERS = """
INSERT INTO ledger_gltransaction
    (id, register_id, posting_date, document_no, source_code, description, line_count, created_at)
SELECT id, %(register_id)s, posting_date, document_no, %(source)s, description, line_count, %(now)s FROM gl_voucher
"""

_INSERT_ENTRIES = """
INSERT INTO ledger_glentry (id, transaction_id, gl_account_id, posting_date, document_no, external_document_no,
    description, amount, dimension_set_id, source_code, system_created, created_at)
SELECT e.id, v.id, e.account_id, l.posting_date, l.document_no, l.external_document_no, l.description, e.amount,
       l.dimension_set_id, %(source)s, true, %(now)s
FROM {lines} l
JOIN gl_voucher v USING (posting_date, document_no)
CROSS JOIN LATERAL (VALUES (l.entry_id, l.account_id, l.amount),
                           (l.balancing_entry_id, l.balancing_account_id, -l.amount)) AS e(id, account_id, amount)
"""

_INSERT_RELATIONS = """
INSERT INTO costing_glitemledgerrelation (value_entry_id, pair, amount, gl_entry_id, balancing_gl_entry_id)
SELECT {value}.value_entry_id, {value}.pair, {value}.amount, l.entry_id, l.balancing_entry_id FROM {lines}
"""

# A line is found again by what it was grouped by; a blank dimension set is 0 here.
_SAME_LINE = """gl_ready r JOIN gl_line l ON l.posting_date = r.posting_date AND l.account_id = r.account_id
    AND l.balancing_account_id = r.balancing_account_id AND l.location_id = r.location_id
    AND l.inventory_posting_group_id = r.inventory_posting_group_id
    AND l.gen_bus_posting_group_id = r.gen_bus_posting_group_id
    AND l.gen_prod_posting_group_id = r.gen_prod_posting_group_id
    AND coalesce(l.dimension_set_id, 0) = coalesce(r.dimension_set_id, 0) AND l.side = sign(r.amount)"""

LEAVE_QUEUE = """
DELETE FROM costing_valueentrytopost q USING gl_ready r WHERE q.value_entry_id = r.value_entry_id
"""

DIMENSION_SETS = """
SELECT dimension_set_id, count(DISTINCT value_entry_id) FROM gl_ready WHERE dimension_set_id IS NOT NULL GROUP BY 1
"""

# By whether lines are made per posting group.
VOUCHERS = {False: _VOUCHERS.format(lines="gl_ready"), True: _VOUCHERS.format(lines="gl_line")}
INSERT_ENTRIES = {False: _INSERT_ENTRIES.format(lines="gl_ready"), True: _INSERT_ENTRIES.format(lines="gl_line")}
INSERT_RELATIONS = {
    False: _INSERT_RELATIONS.format(value="l", lines="gl_ready l"),
    True: _INSERT_RELATIONS.format(value="r", lines=_SAME_LINE),
}
