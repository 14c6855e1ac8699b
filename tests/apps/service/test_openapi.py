"""The OpenAPI document against the service, with requests that schemathesis makes up.

schemathesis takes seconds to import: only the process that runs these tests does.
"""

import threading
import time

import pytest
import uvicorn

ROUTES = (
    ("POST", "/v1/areas"),
    ("POST", "/v1/poses"),
    ("POST", "/v1/jobs"),
    ("GET", "/v1/jobs/{id}"),
    ("GET", "/v1/jobs/{id}/events"),
    ("POST", "/v1/jobs/{id}/cancel"),
    ("DELETE", "/v1/jobs/{id}"),
    ("GET", "/v1/jobs/{id}/results/{name}"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
)


@pytest.fixture
def document(serve):
    """The document of a service that listens on a port."""
    schemathesis = pytest.importorskip("schemathesis")
    server = uvicorn.Server(uvicorn.Config(serve().app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_answers_are_as_documented(document, method, path):
    """Statuses, content types and bodies are the documented ones, whatever is sent; nothing is a fault of ours."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks as openapi

    checks = [
        not_a_server_error,
        openapi.status_code_conformance,
        openapi.content_type_conformance,
        openapi.response_schema_conformance,
    ]

    @given(data=st.data())
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(data):
        case = data.draw(document[path][method].as_strategy())
        case.validate_response(case.call(), checks=checks)

    call()


def test_every_route_is_described(client):
    described = client.app.openapi()["paths"]
    assert {path for _, path in ROUTES} | {"/v1/images"} == set(described)
    body = described["/v1/jobs"]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data", "application/json"}
    assert {"photo", "prompt", "num", "seed"} <= set(body["multipart/form-data"]["schema"]["properties"])


def test_a_token_is_described_where_one_is_needed(client, serve):
    def security(client):
        return client.app.openapi()["paths"]["/v1/areas"]["post"].get("security")

    assert security(client) is None
    assert security(serve(tokens=["secret-number-one"], folder="other")) == [{"HTTPBearer": []}]
