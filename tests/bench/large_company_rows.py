"""The rows of a large company (tests/bench/large_company.py), one statement after the other.

Parameters: items, first_item, unit, business, today, first_day, posted_at; some: how many there are of what a company
has some of (orders, partners); few: of what it has few of (categories, counts).
"""

_PARTNERS = """
INSERT INTO inventory_{table} (no, name, sort_key, address, country, gen_bus_posting_group_id, blocked, updated_at)
SELECT '{letter}' || lpad(n::text, 6, '0'), w.name, lower(w.name), n || ' Harbour Street',
    (ARRAY['NO', 'DK', 'SE', 'GB', 'DE'])[n %% 5 + 1], %(business)s, n %% 97 = 0, %(posted_at)s
FROM generate_series(1, %(some)s * {times}) n,
LATERAL (SELECT (ARRAY['Nordic', 'Harbour', 'Atlantic', 'Fjord', 'Royal', 'Modern', 'Northern'])[n %% 7 + 1] || ' '
    || (ARRAY['Furniture', 'Timber', 'Lighting', 'Textile', 'Hardware'])[n %% 5 + 1] || ' ' || n AS name) w
"""
_CATEGORIES = (
    """
INSERT INTO inventory_itemcategory (code, name)
SELECT 'CAT' || lpad(n::text, 4, '0'),
    (ARRAY['Chairs', 'Tables', 'Lamps', 'Shelves', 'Textiles', 'Tools'])[n %% 6 + 1] || ' ' || n
FROM generate_series(1, greatest(30, %(some)s / 2)) n
""",
    """
UPDATE inventory_itemcategory c SET parent_id = p.id
FROM inventory_itemcategory p
WHERE c.code LIKE 'CAT%%' AND p.code = 'CAT' || lpad((substr(c.code, 4)::int / 10)::text, 4, '0')
""",
)
# Words that are found in a few, in many and in all descriptions.
_ITEMS = """
UPDATE inventory_item i SET description = w.words, sort_key = lower(w.words), category_id = c.id, vendor_id = v.id,
    gtin = CASE WHEN n %% 2 = 0 THEN '70' || lpad(n::text, 11, '0') ELSE '' END, shelf_no = 'S' || n %% 500,
    unit_price = round(i.unit_cost * 1.6, 2), net_weight = (n %% 40) / 10.0, reorder_point = n %% 25,
    blocked = n %% 211 = 0
FROM generate_series(0, %(items)s - 1) n,
LATERAL (SELECT (ARRAY['Blue', 'Red', 'Green', 'White', 'Black', 'Grey', 'Yellow', 'Brown'])[n %% 8 + 1] || ' '
    || (ARRAY['oak', 'pine', 'birch', 'steel', 'glass', 'cotton', 'wool'])[n %% 7 + 1] || ' '
    || (ARRAY['chair', 'table', 'lamp', 'shelf', 'cushion', 'hammer', 'bench', 'stool', 'frame'])[n %% 9 + 1] || ' '
    || n || ' cm' AS words) w,
LATERAL (SELECT id FROM inventory_itemcategory
    WHERE code = 'CAT' || lpad((n %% greatest(30, %(some)s / 2) + 1)::text, 4, '0')) c,
LATERAL (SELECT id FROM inventory_vendor WHERE no = 'V' || lpad((n %% %(some)s + 1)::text, 6, '0')) v
WHERE i.id = %(first_item)s + n
"""
_ATTRIBUTES = (
    """
INSERT INTO inventory_itemattribute (code, name, value_type, unit) VALUES
    ('COLOR', 'Colour', 'option', ''), ('MATERIAL', 'Material', 'text', ''), ('WIDTH', 'Width', 'decimal', 'cm'),
    ('SHELFLIFE', 'Shelf life', 'integer', 'months'), ('APPROVED', 'Approved', 'date', '')
""",
    """
INSERT INTO inventory_itemattributeoption (attribute_id, name, name_nb, name_da, position, blocked)
SELECT a.id, o.name, '', '', o.place, false
FROM inventory_itemattribute a,
    unnest(ARRAY['Blue', 'Red', 'Green', 'White', 'Black', 'Grey']) WITH ORDINALITY o (name, place)
WHERE a.code = 'COLOR'
""",
    """
INSERT INTO inventory_categoryattribute (category_id, attribute_id, value)
SELECT c.id, a.id, '' FROM inventory_itemcategory c, inventory_itemattribute a
WHERE c.parent_id IS NULL AND c.code LIKE 'CAT%%' AND a.code IN ('COLOR', 'WIDTH', 'SHELFLIFE')
""",
    """
INSERT INTO inventory_itemattributevalue (item_id, attribute_id, value, option_id, value_number)
SELECT %(first_item)s + n, a.id,
    CASE a.code WHEN 'WIDTH' THEN (n %% 200)::text WHEN 'COLOR' THEN o.name
        ELSE (ARRAY['oak', 'pine', 'steel'])[n %% 3 + 1] END,
    CASE a.code WHEN 'COLOR' THEN o.id END, CASE a.code WHEN 'WIDTH' THEN n %% 200 END
FROM generate_series(0, %(items)s - 1) n, inventory_itemattribute a,
    LATERAL (SELECT id, name FROM inventory_itemattributeoption WHERE position = n %% 6 + 1) o
WHERE a.code IN ('COLOR', 'WIDTH') OR (a.code = 'MATERIAL' AND n %% 2 = 0)
""",
)
_CODES = (
    """
INSERT INTO inventory_barcode (item_id, code)
SELECT %(first_item)s + n, '20' || lpad(n::text, 11, '0') FROM generate_series(0, %(items)s - 1) n
""",
    """
INSERT INTO inventory_itemreference (item_id, reference_no, vendor_id)
SELECT i.id, 'VR-' || i.id, i.vendor_id FROM inventory_item i
""",
    """
INSERT INTO inventory_itemreference (item_id, reference_no, customer_id)
SELECT i.id, 'CR-' || i.id, c.id FROM inventory_item i
JOIN inventory_customer c ON c.no = 'C' || lpad((i.id %% %(some)s + 1)::text, 6, '0') WHERE i.id %% 10 = 0
""",
    "INSERT INTO inventory_unitofmeasure (code, name) VALUES ('CARTON', 'Carton'), ('PALLET', 'Pallet')",
    """
INSERT INTO inventory_itemunitofmeasure (item_id, unit_of_measure_id, quantity_per)
SELECT i.id, u.id, CASE u.code WHEN 'CARTON' THEN 12 ELSE 480 END
FROM inventory_item i, inventory_unitofmeasure u
WHERE u.code = 'CARTON' OR (u.code = 'PALLET' AND i.id %% 4 = 0)
""",
    """
INSERT INTO inventory_variant (item_id, code, description, blocked)
SELECT i.id, v.code, '', false FROM inventory_item i, unnest(ARRAY['LEFT', 'RIGHT']) v (code) WHERE i.id %% 50 = 0
""",
    """
INSERT INTO inventory_stockkeepingunit (item_id, location_id, unit_cost, reorder_point)
SELECT b.item_id, b.location_id, i.unit_cost, i.reorder_point
FROM costing_itembalance b JOIN inventory_item i ON i.id = b.item_id WHERE b.item_id %% 3 = 0
""",
    """
INSERT INTO inventory_catalogueitem (vendor_id, vendor_item_no, description, unit_price)
SELECT v.id, 'A-' || n, 'Catalogue article ' || n, n %% 900 + 1
FROM generate_series(1, %(items)s / 5) n
JOIN inventory_vendor v ON v.no = 'V' || lpad((n %% %(some)s + 1)::text, 6, '0')
""",
)
_BINS = (
    """
INSERT INTO inventory_bin (location_id, code, name)
SELECT l.id, 'B' || lpad(n::text, 3, '0'), ''
FROM inventory_location l, generate_series(1, 25) n WHERE l.code LIKE 'L__'
""",
    """
INSERT INTO inventory_bincontent (bin_id, item_id, quantity)
SELECT s.id, b.item_id, least(b.quantity, 3)
FROM costing_itembalance b
JOIN inventory_bin s ON s.location_id = b.location_id AND s.code = 'B' || lpad((b.item_id %% 25 + 1)::text, 3, '0')
WHERE b.quantity > 0 AND b.item_id %% 2 = 0
""",
)
# Goods as they were received and shipped, each as one finished order, and the invoices of a day.
_KIND = "CASE e.entry_type WHEN 'purchase' THEN {purchase} ELSE {sale} END"
_TRADED = "e.entry_type = 'purchase' AND e.quantity > 0 OR e.entry_type = 'sale' AND e.quantity < 0"
_POSTED = (
    f"""
INSERT INTO inventory_posteddocument (
    type, no, posting_date, document_date, vendor_id, customer_id, order_no, location_id, register_id, created_at)
SELECT e.document_type, e.document_no, min(e.posting_date), min(e.posting_date), min(v.id), min(c.id),
    {_KIND.format(purchase="'LP'", sale="'LS'")} || substr(e.document_no, 2), min(e.location_id), min(e.register_id),
    %(posted_at)s
FROM inventory_itemledgerentry e
LEFT JOIN inventory_vendor v ON e.entry_type = 'purchase'
    AND v.no = 'V' || lpad((substr(e.document_no, 2)::int %% %(some)s + 1)::text, 6, '0')
LEFT JOIN inventory_customer c ON e.entry_type = 'sale'
    AND c.no = 'C' || lpad((substr(e.document_no, 2)::int %% %(some)s + 1)::text, 6, '0')
WHERE {_TRADED} GROUP BY e.document_type, e.document_no, e.entry_type ORDER BY 3, 2
""",
    f"""
INSERT INTO inventory_posteddocumentline (
    posted_document_id, line_no, item_id, location_id, description, quantity, unit_amount, amount, order_line_no)
SELECT d.id, e.document_line_no, e.item_id, e.location_id, i.description, abs(e.quantity), i.unit_price,
    abs(e.quantity) * i.unit_price, e.document_line_no
FROM inventory_itemledgerentry e JOIN inventory_item i ON i.id = e.item_id
JOIN inventory_posteddocument d ON d.no = e.document_no AND d.type = e.document_type
WHERE {_TRADED} ORDER BY d.id, e.document_line_no
""",
    """
INSERT INTO inventory_posteddocument (
    type, no, posting_date, document_date, vendor_id, customer_id, order_no, location_id, register_id, created_at)
SELECT v.document_type, v.document_no, min(v.posting_date), min(v.posting_date), min(d.vendor_id), min(d.customer_id),
    CASE WHEN min(d.order_no) = max(d.order_no) THEN min(d.order_no) ELSE '' END, min(v.location_id),
    min(v.register_id), %(posted_at)s
FROM costing_valueentry v JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
JOIN inventory_posteddocument d ON d.no = e.document_no AND d.type = e.document_type
WHERE v.document_type IN ('purchase_invoice', 'sales_invoice') GROUP BY v.document_type, v.document_no ORDER BY 3, 2
""",
    """
INSERT INTO inventory_posteddocumentline (
    posted_document_id, line_no, item_id, location_id, description, quantity, unit_amount, amount, source_line_id,
    order_line_no)
SELECT n.id, v.document_line_no, v.item_id, v.location_id, l.description, l.quantity, l.unit_amount, l.amount, l.id,
    l.line_no
FROM costing_valueentry v JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
JOIN inventory_posteddocument n ON n.no = v.document_no AND n.type = v.document_type
JOIN inventory_posteddocument d ON d.no = e.document_no AND d.type = e.document_type
JOIN inventory_posteddocumentline l ON l.posted_document_id = d.id AND l.line_no = e.document_line_no
WHERE v.invoiced_quantity <> 0 ORDER BY n.id, v.document_line_no
""",
)
_FINISHED_ORDERS = (
    """
INSERT INTO inventory_document (
    kind, no, status, vendor_id, customer_id, order_date, expected_date, location_id, external_document_no, created_at,
    updated_at)
SELECT CASE WHEN d.vendor_id IS NULL THEN 'sales_order' ELSE 'purchase_order' END, d.order_no, 'completed',
    d.vendor_id, d.customer_id, d.posting_date, d.posting_date, d.location_id, 'E' || d.id, %(posted_at)s, %(posted_at)s
FROM inventory_posteddocument d WHERE d.type IN ('purchase_receipt', 'sales_shipment') ORDER BY d.id
""",
    """
INSERT INTO inventory_documentline (
    document_id, line_no, type, item_id, location_id, description, unit_of_measure_id, quantity, unit_amount,
    line_discount_amount, quantity_to_handle, quantity_to_invoice, quantity_handled, quantity_invoiced, lot_no,
    serial_no)
SELECT o.id, l.line_no, 'item', l.item_id, l.location_id, l.description, %(unit)s, l.quantity, l.unit_amount, 0, 0, 0,
    l.quantity, CASE WHEN e.completely_invoiced THEN l.quantity ELSE 0 END, '', ''
FROM inventory_posteddocument d JOIN inventory_document o ON o.no = d.order_no
JOIN inventory_posteddocumentline l ON l.posted_document_id = d.id
JOIN inventory_itemledgerentry e ON e.document_no = d.no AND e.document_line_no = l.line_no
WHERE d.type IN ('purchase_receipt', 'sales_shipment') ORDER BY o.id, l.line_no
""",
    """
UPDATE inventory_document SET status = 'released'
WHERE id IN (SELECT document_id FROM inventory_documentline WHERE quantity_invoiced < quantity_handled)
""",
)
_OPEN_ORDER = """
INSERT INTO inventory_document (
    kind, no, status, {partner}_id, order_date, expected_date, location_id, external_document_no, created_at,
    updated_at)
SELECT '{kind}', '{letters}' || lpad(n::text, 7, '0'), CASE WHEN n %% 3 = 0 THEN 'released' ELSE 'open' END, p.id,
    %(today)s::date + n %% 30, %(today)s::date + n %% 60, l.id, '', %(posted_at)s, %(posted_at)s
FROM generate_series(1, %(some)s * {times}) n
JOIN inventory_{partner} p ON p.no = '{letter}' || lpad((n * 7 %% %(some)s + 1)::text, 6, '0')
JOIN inventory_location l ON l.code = 'L' || lpad((n %% 20)::text, 2, '0')
"""
_OPEN_LINES = """
INSERT INTO inventory_documentline (
    document_id, line_no, type, item_id, location_id, description, unit_of_measure_id, quantity, unit_amount,
    line_discount_amount, quantity_to_handle, quantity_to_invoice, quantity_handled, quantity_invoiced, lot_no,
    serial_no)
SELECT o.id, n * 10000, 'item', i.id, o.location_id, i.description, %(unit)s, 5 + n %% 7, i.unit_price, 0, 5, 5, 0, 0,
    '', ''
FROM inventory_document o, generate_series(1, 8) n
JOIN inventory_item i ON true
WHERE o.no ~ '^(OP|OS)\\d+$' AND i.id = %(first_item)s + (substr(o.no, 3)::bigint * 8 + n) * 7919 %% %(items)s
ORDER BY o.id, n
"""
_TRANSFERS = (
    """
INSERT INTO inventory_transferorder (
    no, status, from_location_id, to_location_id, order_date, expected_date, updated_at)
SELECT 'OT' || lpad(n::text, 7, '0'), CASE WHEN n %% 2 = 0 THEN 'released' ELSE 'open' END, f.id, t.id,
    %(today)s::date + n %% 30, %(today)s::date + n %% 40, %(posted_at)s
FROM generate_series(1, %(some)s) n
JOIN inventory_location f ON f.code = 'L' || lpad((n %% 20)::text, 2, '0')
JOIN inventory_location t ON t.code = 'L' || lpad(((n + 7) %% 20)::text, 2, '0')
""",
    """
INSERT INTO inventory_transferline (order_id, line_no, item_id, quantity, quantity_shipped, lot_no, serial_no)
SELECT o.id, n * 10000, %(first_item)s + (substr(o.no, 3)::bigint * 5 + n) * 104729 %% %(items)s, 4,
    CASE WHEN o.status = 'released' THEN 2 ELSE 0 END, '', ''
FROM inventory_transferorder o, generate_series(1, 5) n ORDER BY o.id, n
""",
)
_COUNTS = (
    """
INSERT INTO inventory_count (no, status, posting_date, location_id, updated_at)
SELECT 'LC' || lpad(n::text, 5, '0'), CASE WHEN n %% 5 = 0 THEN 'open' ELSE 'posted' END,
    %(today)s::date - n %% 300, l.id, %(posted_at)s
FROM generate_series(1, %(few)s) n JOIN inventory_location l ON l.code = 'L' || lpad((n %% 20)::text, 2, '0')
""",
    """
INSERT INTO inventory_countline (
    count_id, line_no, item_id, location_id, lot_no, serial_no, quantity_calculated, quantity_counted)
SELECT c.id, row_number() OVER (PARTITION BY c.id ORDER BY b.item_id) * 10, b.item_id, c.location_id, '', '',
    b.quantity, CASE WHEN c.status = 'posted' THEN b.quantity END
FROM inventory_count c JOIN costing_itembalance b ON b.location_id = c.location_id
WHERE c.no LIKE 'LC%%' AND b.item_id %% 25 = 0 AND b.quantity > 0
""",
)

STATEMENTS = (
    _PARTNERS.format(table="vendor", letter="V", times=1),
    _PARTNERS.format(table="customer", letter="C", times=1),
    *_CATEGORIES,
    _ITEMS,
    *_ATTRIBUTES,
    *_CODES,
    *_BINS,
    *_POSTED,
    *_FINISHED_ORDERS,
    _OPEN_ORDER.format(kind="purchase_order", letters="OP", partner="vendor", letter="V", times=1),
    _OPEN_ORDER.format(kind="sales_order", letters="OS", partner="customer", letter="C", times=2),
    _OPEN_LINES,
    *_TRANSFERS,
    *_COUNTS,
)
