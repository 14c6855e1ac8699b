"""The client and `shoemodel serve` as its own process: signals, crashes, tokens."""

import os
import signal
import subprocess
import sys

import pytest

from shoemodel.apps.cli.main import main
from shoemodel.apps.service.client import Client, ServiceError
from shoemodel.image import io as images
from shoemodel.output import certificate
from tests.apps.service.conftest import QUICK

TOKEN = "a-token-for-the-tests"


@pytest.fixture
def server(tiny_pack, tmp_path):
    """Start `shoemodel serve` on a free port -> (process, client)."""
    processes = []

    def start(*arguments):
        command = [sys.executable, "-m", "tests.apps.service.serve_tiny", "--port", "0"]
        command += ["--pack", str(tiny_pack), "--store", str(tmp_path / "store")]
        environment = {**os.environ, "SHOEMODEL_TOKENS": TOKEN}
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True, env=environment)
        processes.append(process)
        return process, Client(process.stdout.readline().strip(), TOKEN)

    yield start
    for process in processes:
        process.kill()
        process.wait()


def test_nothing_accepted_is_lost_when_the_server_is_killed(server, shoe_photo, tmp_path):
    process, client = server()
    ids = [client.submit(shoe_photo, **{**QUICK, "seed": seed}) for seed in range(6)]
    assert next(client.events(ids[0]))["id"] == ids[0]
    process.send_signal(signal.SIGKILL)
    process.wait()
    process, client = server()
    assert [client.wait(job_id, 0.1)["status"] for job_id in ids] == ["done"] * 6
    for job_id in ids:
        client.download(job_id, tmp_path / job_id)
        assert certificate.verify(tmp_path / job_id, shoe_photo) == []
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert process.stdout.read() == ""  # after the address nothing: a parent need not read on


def test_the_client_speaks_every_route(server, shoe_photo):
    _, client = server("--queue", "9")
    assert client.areas(shoe_photo)["width"] == 128
    assert client.poses(shoe_photo.read_bytes(), num=2)["poses"]
    pictures = client.images(shoe_photo, **QUICK, num=2)
    assert [images.from_bytes(picture, "a").rgb.ndim for picture in pictures] == [3, 3]
    job_id = client.submit(shoe_photo, **QUICK)
    assert list(client.events(job_id))[-1]["status"] == "done"
    with pytest.raises(ServiceError, match="409: the job is done already"):
        client.cancel(job_id)
    client.forget(job_id)
    with pytest.raises(ServiceError, match="404: there is no such job"):
        client.job(job_id)
    with pytest.raises(ServiceError, match="422: num is 99"):
        client.submit(shoe_photo, **QUICK, num=99)
    with pytest.raises(ServiceError, match="401"):
        Client(client._url).areas(shoe_photo)


def test_bad_arguments(capsys, tmp_path, monkeypatch):
    def refused(words, *arguments):
        assert main(["serve", "--store", str(tmp_path / "store"), *arguments]) == 2
        assert words in capsys.readouterr().err

    refused("--queue is 0", "--queue", "0")
    refused("--grace is -1", "--grace", "-1")
    refused("no pack 'maxi'", "--pack", "maxi")
    refused("cannot be read", "--tokens", str(tmp_path / "none"))
    (tmp_path / "tokens").write_text("short\n")
    refused("a token has 5 characters", "--tokens", str(tmp_path / "tokens"))
    assert not (tmp_path / "store").exists()
