import pytest

pytest.importorskip("fastapi")

from fastapi.testclient import TestClient

from shoemodel.apps.service.study import create_app
from shoemodel.study import answers, page
from tests.study.conftest import choose, folders, study  # noqa: F401


@pytest.fixture
def client(study):  # noqa: F811
    return TestClient(create_app(study), "http://localhost:8001")


@pytest.fixture
def key(study):  # noqa: F811
    return page.read(study)


def test_answers_are_added_to_what_is_there(client, study, key, choose):  # noqa: F811
    first, second = choose("ann", 0, "ours"), choose("ann", 1, "inpaint")
    assert client.get("/answers/ann.csv").text == answers.written([], key)
    assert client.put("/answers/ann.csv", content=answers.written([first], key)).status_code == 200
    assert client.put("/answers/ann.csv", content=answers.written([second], key)).status_code == 200
    assert client.get("/answers/ann.csv").text == answers.written([first, second], key)
    assert answers.read(study, key) == [first, second]


def test_the_key_is_not_served_and_the_pictures_are(client, key):
    picture = next(iter(next(iter(key.owners.values()))))
    assert client.get(f"/pictures/{picture}.jpg").headers["content-type"] == "image/jpeg"
    assert 'data-answers="server"' in client.get("/").text
    for place in ("/key.json", "/pictures/../../key.json", "/pictures/%2e%2e/%2e%2e/key.json", "/answers/..%2Fkey.csv"):
        assert client.get(place).status_code in (404, 422)


def test_what_cannot_be_kept_is_refused_in_words(client, study, key, choose):  # noqa: F811
    text = answers.written([choose("ann", 0, "ours")], key)
    for place, content, status, words in (
        ("/answers/bob.csv", text, 422, "are those of ann, not of bob"),
        ("/answers/.ann.csv", text, 422, "is no name"),
        ("/answers/ann.csv", "nothing", 422, "holds no answers"),
        ("/answers/ann.csv", b"\xff", 422, "utf-8"),
        ("/answers/ann.csv", text + "x" * 10_000, 413, "larger than"),
    ):
        reply = client.put(place, content=content)
        assert reply.status_code == status and words in reply.json()["detail"]
    assert list((study / "answers").iterdir()) == []


def test_pages_of_other_sites_may_not_answer(client, key, choose):  # noqa: F811
    text = answers.written([choose("ann", 0, "ours")], key)
    reply = client.put("/answers/ann.csv", content=text, headers={"Origin": "https://elsewhere.example"})
    assert reply.status_code == 403
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 421
