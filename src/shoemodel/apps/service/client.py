"""A client of the service in plain Python: nothing but the standard library is imported.

>>> client = Client("http://127.0.0.1:8000")
>>> job_id = client.submit("sneaker.jpg", "legs in blue jeans, on a wooden floor", num=4, seed=7)
>>> client.wait(job_id)["status"]
'done'
>>> client.download(job_id, "demo")
"""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path, PurePosixPath
from typing import Any, cast

FINAL = ("done", "failed", "cancelled")


class ServiceError(Exception):
    """The service answered, but not with success."""

    def __init__(self, status: int, detail: str, retry_after_s: float | None = None):
        super().__init__(f"{status}: {detail}")
        self.status, self.detail, self.retry_after_s = status, detail, retry_after_s


class Client:
    """One service at `url`, such as http://127.0.0.1:8000.

    token: where the service asks for one. patience_s: how long a request is repeated while the service says that it
    is busy (429), at the pace it asks for. timeout_s: until an answer begins; pictures that are waited for take long.

    Every method raises ServiceError for an answer that is no success, and OSError where there is no answer.
    """

    def __init__(self, url: str, token: str | None = None, *, patience_s: float = 60.0, timeout_s: float = 660.0):
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"the address is {url!r}; http://... or https://... is accepted")
        self._url, self._patience_s, self._timeout_s = url.rstrip("/"), patience_s, timeout_s
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def areas(self, photo: str | Path | bytes, **fields: Any) -> dict[str, Any]:
        """Visible and wearable area of the shoe; fields: box, points."""
        return self._post("/v1/areas", _with_photo(photo, fields))

    def poses(self, photo: str | Path | bytes, **fields: Any) -> dict[str, Any]:
        """Poses over the shoe; fields: num, seed, layout, box, points."""
        return self._post("/v1/poses", _with_photo(photo, fields))

    def images(self, photo: str | Path | bytes, prompt: str | list[str], **fields: Any) -> list[bytes]:
        """Images as PNG files, once they are made; fields: those of `shoemodel.request.Request`, as JSON."""
        answer = self._post("/v1/images", _with_photo(photo, {"prompt": prompt, **fields}))
        return [base64.b64decode(image["png"]) for image in answer["images"]]

    def submit(self, photo: str | Path | bytes, prompt: str | list[str], **fields: Any) -> str:
        """Have images made -> the job's id; fields are those of `images`."""
        return self._post("/v1/jobs", _with_photo(photo, {"prompt": prompt, **fields}))["id"]

    def job(self, job_id: str) -> dict[str, Any]:
        """How far a job is."""
        return self._json("GET", f"/v1/jobs/{job_id}")

    def events(self, job_id: str) -> Iterator[dict[str, Any]]:
        """The job each time it changes, until it is finished or the server stops."""
        with self._open("GET", f"/v1/jobs/{job_id}/events") as answer:
            for line in answer:
                if line.startswith(b"data:"):
                    yield json.loads(line[5:])

    def wait(self, job_id: str, every_s: float = 0.5) -> dict[str, Any]:
        """The job once it is finished."""
        while (job := self.job(job_id))["status"] not in FINAL:
            time.sleep(every_s)
        return job

    def cancel(self, job_id: str) -> dict[str, Any]:
        """Stop a job; ServiceError 409 where it is finished."""
        return self._post(f"/v1/jobs/{job_id}/cancel", {})

    def forget(self, job_id: str) -> None:
        """Stop a job and remove it with all its files."""
        self._open("DELETE", f"/v1/jobs/{job_id}").close()

    def download(self, job_id: str, folder: str | Path) -> list[Path]:
        """Write the results of a job into a folder -> their paths; `shoemodel verify` reads them."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for result in self.job(job_id)["results"]:
            path = folder.joinpath(*[part for part in PurePosixPath(result["name"]).parts if part not in ("..", "/")])
            path.parent.mkdir(exist_ok=True)
            with self._open("GET", result["href"]) as answer:
                path.write_bytes(answer.read())
            paths.append(path)
        return paths

    def _post(self, path: str, fields: dict[str, Any]) -> Any:
        return self._json("POST", path, fields)

    def _json(self, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
        with self._open(method, path, fields) as answer:
            return json.load(answer)

    def _open(self, method: str, path: str, fields: dict[str, Any] | None = None) -> HTTPResponse:
        """The answer to a request, which is repeated while the service is busy."""
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                return self._once(method, path, fields)
            except ServiceError as error:
                pause_s = error.retry_after_s
                if error.status != 429 or pause_s is None or time.monotonic() + pause_s > deadline:
                    raise
            time.sleep(pause_s)

    def _once(self, method: str, path: str, fields: dict[str, Any] | None) -> HTTPResponse:
        data = None if fields is None else json.dumps(fields).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, data, headers, method=method)
        try:
            return cast(HTTPResponse, urllib.request.urlopen(request, timeout=self._timeout_s))
        except urllib.error.HTTPError as error:
            with error:
                retry_after = error.headers.get("Retry-After")
                pause_s = float(retry_after) if retry_after else None
                raise ServiceError(error.code, _detail(error.read()), pause_s) from None


def _with_photo(photo: str | Path | bytes, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the photo's bytes, and its name where it is a file."""
    if isinstance(photo, bytes):
        return {**fields, "photo": base64.b64encode(photo).decode()}
    path = Path(photo)
    return {"name": path.name, **fields, "photo": base64.b64encode(path.read_bytes()).decode()}


def _detail(body: bytes) -> str:
    """The sentence of an answer, or its beginning where a proxy wrote it."""
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")
