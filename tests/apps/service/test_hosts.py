"""What a page of another site can make a browser send changes nothing and tells nothing."""

import pytest

from shoemodel.apps.cli.main import main
from shoemodel.apps.service import hosts
from shoemodel.errors import InputError

UNSAFE = (("POST", "/v1/jobs"), ("POST", f"/v1/jobs/{'0' * 32}/cancel"), ("DELETE", f"/v1/jobs/{'0' * 32}"))


def sentence(answer):
    assert list(answer.json()) == ["detail"]
    return answer.json()["detail"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8001", "http://localhost"])
def test_an_unsafe_request_of_another_origin_is_refused(client, origin):
    for method, path in UNSAFE:
        answer = client.request(method, path, headers={"Origin": origin})
        assert answer.status_code == 403 and repr(origin) in sentence(answer)
    assert client.get("/healthz", headers={"Origin": origin}).status_code == 200  # its page cannot read the answer


def test_own_pages_and_named_ones_and_what_is_no_browser_are_let_in(serve):
    with serve(origins=["https://shop.example"]) as client:
        for headers in ({}, {"Origin": "http://localhost:8000"}, {"Origin": "https://shop.example"}):
            assert client.delete(f"/v1/jobs/{'0' * 32}", headers=headers).status_code == 404
        behind_proxy = {"Host": "127.0.0.1", "Origin": "https://127.0.0.1"}
        assert client.delete(f"/v1/jobs/{'0' * 32}", headers=behind_proxy).status_code == 404


@pytest.mark.parametrize(
    "host", ["attacker.example", "attacker.example:8000", "localhost.evil", "localhost@evil", "[", ":"]
)
def test_a_name_that_leads_here_but_is_not_ours_is_refused(client, host):
    for method, path in (("GET", "/healthz"), ("GET", "/openapi.json"), *UNSAFE):
        answer = client.request(method, path, headers={"Host": host, "Origin": f"http://{host}"})
        assert answer.status_code == 421 and repr(host) in sentence(answer)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:8000", "10.0.0.7", "[::1]", "[fe80::1]:8000"])
def test_localhost_and_addresses_are_this_server(client, host):
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_more_names_can_be_given(serve):
    with serve(hosts=["Shoes.example"]) as client:
        assert client.get("/healthz", headers={"Host": "shoes.example:8000"}).status_code == 200
        assert client.get("/healthz", headers={"Host": "other.example"}).status_code == 421
    with serve(hosts=["*"], folder="other") as client:
        assert client.get("/healthz", headers={"Host": "other.example"}).status_code == 200
        answer = client.delete(f"/v1/jobs/{'0' * 32}", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403


def test_what_names_no_host(capsys):
    assert main(["serve", "--hosts", "shoes.example", "http://shoes.example"]) == 2
    assert "--hosts is 'http://shoes.example'" in capsys.readouterr().err
    hosts.check(["shoes.example", "10.0.0.7", "*"])
    for name in ("http://shoes.example", "shoes.example:8000", "", "a b"):
        with pytest.raises(InputError, match=r"--hosts is .*without a port"):
            hosts.check([name])
