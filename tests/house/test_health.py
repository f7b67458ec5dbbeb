def test_liveness_needs_no_log_in(client):
    response = client.get("/healthz")

    assert response.status_code == 200
