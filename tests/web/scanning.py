"""Scanning in tests, as the queue of the browser does it."""

from uuid import uuid4

from inventory.models import ScanSession


class Station:
    """A signed-in clerk at the scan station."""

    def __init__(self, client):
        self.client = client
        self.session = None

    def open(self, task, no=""):
        """Open a task; returns its page."""
        page = self.client.get(f"/scan/{task}/{no}/" if no else f"/scan/{task}/")
        sessions = ScanSession.objects.filter(task=task, document_no=no, ended_at__isnull=True)
        self.session = (sessions if no else sessions.filter(user=page.wsgi_request.user)).first()
        return page

    def scan(self, code, *, key=None, **fields):
        """Send one scan; returns its answer."""
        return self.send(code, key=key, **fields).json()

    def send(self, code, *, key=None, **fields):
        body = {"key": str(key or uuid4()), "session": self.session.pk, "code": code, **fields}
        return self.client.post("/scan/apply/", body, content_type="application/json")

    def undo(self, key):
        body = {"key": str(key), "session": self.session.pk}
        return self.client.post("/scan/undo/", body, content_type="application/json").json()

    def post(self, **fields):
        return self.client.post(f"/scan/sessions/{self.session.pk}/post/", fields)
