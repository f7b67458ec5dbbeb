"""A browser in a few lines: cookies, forms with their hidden fields, HTMX fragments, answers that nobody waits for.

Each request has a connection of its own, so that closing one before the answer loses exactly that answer.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

CSRF_FIELD, CSRF_COOKIE = "csrfmiddlewaretoken", "lagerbok_csrf"
PATIENCE_SECONDS = 90.0
_FORM = re.compile(r"<form [^>]*\bdata-form\b.*?</form>", re.DOTALL)
_FIELD = re.compile(r"<(?:input|textarea)\b[^>]*>|<select\b.*?</select>", re.DOTALL)
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
_CHOSEN = re.compile(r'<option value="([^"]*)"[^>]*\bselected\b')
_CODE = re.compile(r'<small class="code">(\w+)</small>')
_ERROR_LIST = re.compile(r'class="(?:row-errors|message message-error)[^>]*>(.*?)</ul>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")

Fields = dict[str, str]
Watch = Callable[[str, float, int], None]
"""Told of each answer: what was asked for, seconds, HTTP state."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `codes`: the error codes on the page."""

    status: int
    location: str
    body: str

    @property
    def codes(self) -> list[str]:
        return _CODE.findall(self.body)

    @property
    def complaints(self) -> str:
        """The errors on the page, in words."""
        return " | ".join(words_of(found) for found in _ERROR_LIST.findall(self.body))

    @property
    def fields(self) -> Fields:
        """The fields of the page's form, as the browser would send them if nothing were changed."""
        form = _FORM.search(self.body)
        return {} if form is None else _fields_in(form.group(0))

    def fields_of_line(self, key: str) -> Fields:
        """The fields of one row of the grid."""
        form = f'form="line-form-{key}"'
        named = (_attributes(found) for found in _FIELD.findall(self.body) if form in found)
        return {each["name"]: each.get("value", "") for each in named if "name" in each}


class Browser:
    """One person's browser."""

    def __init__(self, port: int, watch: Watch) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self._watch = watch

    def get(self, path: str, what: str, *, target: str = "") -> Answer:
        """Open a page, or, for a part of one, what HTMX would put in place of a `target`."""
        return self._answered(what, "GET", path, None, target)

    def post(self, path: str, fields: Mapping[str, str], what: str, *, target: str = "") -> Answer:
        """Send a form and wait for the answer; a redirection is not followed."""
        return self._answered(what, "POST", path, fields, target)

    def post_together(self, path: str, forms: Sequence[Mapping[str, str]], what: str) -> list[Answer]:
        """Send several forms at the same moment: a double click, or two tabs. The answers, in the order sent."""
        began = time.monotonic()
        sent = [self._send("POST", path, fields) for fields in forms]
        return [self._receive(connection, what, began) for connection in sent]

    def post_unheard(self, path: str, fields: Mapping[str, str], *, seconds: float) -> None:
        """Send a form and lose the network after so many seconds, before the answer is read."""
        connection = self._send("POST", path, fields)
        time.sleep(seconds)
        connection.close()

    def sign_in(self, username: str, password: str) -> None:
        page = self.get("/accounts/login/", "sign in")
        token = self.cookies[CSRF_COOKIE]
        fields = {CSRF_FIELD: token, "username": username, "password": password, "next": ""}
        answer = self.post("/accounts/login/", fields, "sign in")
        assert (page.status, answer.status) == (200, 302), f"{username} cannot sign in: {answer.status}"

    def _answered(self, what: str, method: str, path: str, fields: Mapping[str, str] | None, target: str) -> Answer:
        began = time.monotonic()
        return self._receive(self._send(method, path, fields, target), what, began)

    def _send(self, method: str, path: str, fields: Mapping[str, str] | None, target: str = "") -> HTTPConnection:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-CSRFToken": self.cookies.get(CSRF_COOKIE, ""),
            }
        if target:
            headers |= {"HX-Request": "true", "HX-Target": target}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        connection.request(method, path, body, headers)
        return connection

    def _receive(self, connection: HTTPConnection, what: str, began: float) -> Answer:
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        self._watch(what, time.monotonic() - began, response.status)
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.split(";")[0].partition("=")
            if "max-age=0" in line.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return Answer(response.status, urlsplit(response.headers.get("Location") or "").path, body)


def words_of(markup: str) -> str:
    """The words of a piece of markup."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def _fields_in(markup: str) -> Fields:
    fields: Fields = {}
    for found in _FIELD.findall(markup):
        each = _attributes(found)
        name = each.get("name")
        unticked = each.get("type") in ("checkbox", "radio") and "checked" not in each
        if not name or unticked:
            continue
        chosen = _CHOSEN.search(found) if found.startswith("<select") else None
        blank = "on" if "checked" in each else ""
        fields[name] = html.unescape(chosen.group(1)) if chosen else each.get("value", blank)
    return fields


def _attributes(markup: str) -> Fields:
    tag = markup[: markup.index(">")]
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag)[1:]}
