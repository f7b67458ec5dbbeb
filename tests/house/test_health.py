import pytest

from config import health


class TestHealthz:
    def test_answers_without_log_in_and_without_a_database(self, client):
        response = client.get("/healthz")

        assert (response.status_code, response.content) == (200, b"ok\n")

    def test_may_not_be_changed(self, client):
        assert client.post("/healthz").status_code == 405


class TestReadyz:
    def test_all_parts_work(self, client, db, monkeypatch):
        monkeypatch.setitem(health.CHECKS, "worker", lambda: True)

        response = client.get("/readyz")

        assert response.json() == {"database": "ok", "migrations": "ok", "broker": "ok", "worker": "ok"}
        assert response.status_code == 200

    @pytest.mark.parametrize("part", ["database", "migrations", "broker", "worker"])
    def test_one_part_that_fails_is_named_without_its_reason(self, client, db, monkeypatch, part):
        for name in health.CHECKS:
            monkeypatch.setitem(health.CHECKS, name, lambda: True)
        monkeypatch.setitem(health.CHECKS, part, self.raise_secret)

        response = client.get("/readyz")

        assert response.status_code == 503
        assert [name for name, word in response.json().items() if word != "ok"] == [part]
        assert b"secret" not in response.content

    def test_no_worker(self, client, db, monkeypatch):
        monkeypatch.setattr(health, "BROKER_SECONDS", 0.2)

        assert client.get("/readyz").json()["worker"] == "failed"

    @staticmethod
    def raise_secret():
        raise ConnectionError("secret host name")


class TestMetrics:
    @pytest.fixture(autouse=True)
    def no_worker(self, monkeypatch):
        monkeypatch.setitem(health.CHECKS, "worker", lambda: False)

    def test_figures_for_a_listed_address(self, client, db):
        text = client.get("/metrics").content.decode()

        assert 'lagerbok_up{part="database"} 1.0' in text
        assert 'lagerbok_up{part="worker"} 0.0' in text
        assert "lagerbok_database_bytes" in text

    def test_any_other_address_is_refused(self, client, db):
        assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 403

    def test_a_proxy_on_this_host_lends_nobody_its_address(self, client, db):
        assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 403
