"""What nobody should send: garbage for the fields of every page, made from a seed so that it comes again.

A page's fields are those of its form and of what it shows; good values are guessed by name, and one or a few of them
are then spoilt, so that some requests get past the form and into the domain.
"""

import re

from django.db import connection, transaction
from django.urls import resolve

GARBAGE = [
    *("", " ", "\t\n", "0", "-0", "-1", "-1.5", "0.000000001", "1.123456789", "9" * 15, "9" * 40, "-" + "9" * 25),
    *("1e400", "1E9", "-1e-400", "NaN", "-nan", "Infinity", "-inf", "1,2,3", "1.234.567", "1 000", "1_000", "0x10"),
    *(
        "=1/0",
        "=9**9**9",
        "=",
        "=(",
        "=1+",
        "=" + "9*" * 400 + "9",
        "=((((((1",
        "=-1",
        "=0/0",
        "=1e9",
        "½",
        "²",
        "٣",
        "五",
    ),
    *("a", "A" * 300, "ø" * 5000, "\x00", "a\x00b", "\x1b[0m", "\u2028", "\u202e", "🪑", "e\u0301" * 60, "\ufeff"),
    *("2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "1899-12-31", "31", "99", "+9999999d"),
    *("-9999999d", "+999999999999999d", "t", "em", "29022025", "2026-13-01", "today'; DROP TABLE item; --"),
    *("999999999", "9223372036854775807", "9223372036854775808", "18446744073709551616", "-5", "None", "null", "true"),
    *("[]", "{}", '{"a": 1}', "<script>", "%", "%00", "%s", "{0}", "{{ 7*7 }}", "..", "/", "//evil", "?", "&", "\\"),
    *("NOBODY", "CHAIR", "chair ", "OSLO", "BERGEN", "V1", "LAMP", "12*6+5", "on", "off", "1,1", ",", ";", "'", '"'),
]

GOOD = [
    ("quantity|factor|amount|price|cost|count|interval|times", ["1", "2", "0.5", "12"]),
    ("date|day|through|from_|_to$|^on$", ["2026-03-03", "2026-03-31", "2026-01-01"]),
    ("item|component|source", ["CHAIR", "LAMP", "PUMP"]),
    ("location|place|^to$|^from$", ["OSLO", "BERGEN"]),
    ("vendor", ["V1"]),
    ("customer", ["C1"]),
    ("account", ["6300", "1920"]),
    ("unit_of_measure|unit", ["PCS", "BOX"]),
    ("charge", ["FREIGHT"]),
    ("kind|type", ["positive_adjmt", "negative_adjmt", "item", "close"]),
    ("split", ["quantity", "amount", "equally"]),
    ("pk|chosen|line|entry", ["1", "2", "3,4", "999999"]),
    ("text|rows", ["Item\tLocation\tQuantity\nCHAIR\tOSLO\t1", "a;b;c\n1;2;3"]),
    ("", ["X1", "NEW", "Something", "1", "on"]),
]

INPUT = re.compile(r"<(?:input|select|textarea|button)\b[^>]*?\bname=\"([^\"]+)\"[^>]*?>")
VALUE = re.compile(r"\bvalue=\"([^\"]*)\"")
NOT_TOUCHED = {"csrfmiddlewaretoken", "_request_key"}


def fields_of(client, path):
    """{name: the value that stands there} of what may be sent to a path."""
    view = getattr(resolve(path.partition("?")[0]).func, "view_class", None)
    form_class = getattr(view, "form_class", None)
    names = dict.fromkeys(getattr(form_class, "base_fields", ()), "")
    point = transaction.savepoint()
    answer = client.get(path)
    transaction.savepoint_rollback(point)  # a page may begin something, as that of a scan does
    if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
        for found in INPUT.finditer(answer.content.decode()):
            value = VALUE.search(found[0])
            names.setdefault(found[1], value[1] if value else "")
    return {name: value for name, value in names.items() if name not in NOT_TOUCHED}


def guess(random, name):
    """A value that may be good for a field of this name."""
    return random.choice(next(values for pattern, values in GOOD if re.search(pattern, name)))


def spoil(random, fields):
    """What is sent: mostly good values, some of them spoilt; seldom all; sometimes one lacks or comes twice."""
    sent = {name: value or guess(random, name) for name, value in fields.items() if random.random() > 0.08}
    worst = random.random() < 0.15
    for name in random.sample(sorted(sent), k=min(len(sent), random.choice((1, 1, 1, 2, 3)))):
        sent[name] = random.choice(GARBAGE)
    if worst:
        sent = {name: random.choice(GARBAGE) for name in sent}
    if sent and random.random() < 0.1:
        name = random.choice(sorted(sent))
        sent[name] = [sent[name], random.choice(GARBAGE)]
    return sent


def table_names():
    """All tables of ours; who was signed in when, and failed to, is written whatever happens."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return sorted(name for name in names if not name.startswith(("django_", "axes_")))


def row_counts(tables):
    """{table: rows} in one query."""
    parts = [f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())
