"""A study's page for raters on the network, whose answers are written into the study's folder.

Whoever knows a rater's name reads and changes that rater's answers: for people who are asked, not for the open net.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

from shoemodel.apps.service.body_limit import BodyLimit
from shoemodel.apps.service.hosts import Hosts
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.study import answers as answering
from shoemodel.study import page
from shoemodel.study.page import Key

BYTES_A_ROW = 1024
"""More than the page writes for a line-up of nine pictures."""


def create_app(study: Path, hosts: Sequence[str] = ()) -> FastAPI:
    """The page at /, its pictures, and GET and PUT of answers/RATER.csv; a PUT is added to what is there.

    Raises:
        InputError: the folder is no study.
    """
    key, saving = page.read(study), threading.Lock()
    text = (study / page.PAGE / "index.html").read_text(encoding="utf-8")
    shown = text.replace('data-answers="browser"', 'data-answers="server"', 1)
    app = FastAPI(title="shoemodel study", openapi_url=None)
    app.add_middleware(BodyLimit, max_bytes=BYTES_A_ROW * (1 + len(key.owners)))
    app.add_middleware(Hosts, hosts=hosts, origins=())

    @app.get("/")
    def index() -> HTMLResponse:
        return HTMLResponse(shown)

    @app.get("/answers/{rater}.csv")
    def kept(rater: str) -> Response:
        return _csv(answering.written(_read(_file(study, rater), key), key))

    @app.put("/answers/{rater}.csv")
    async def keep(rater: str, request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(save, rater, body)

    def save(rater: str, body: bytes) -> Response:
        file = _file(study, rater)
        try:
            sent = answering.parse(body.decode(), key, "the answers")
        except (InputError, UnicodeDecodeError) as error:
            raise HTTPException(422, str(error)) from error
        if strangers := {each.rater for each in sent} - {rater}:
            raise HTTPException(422, f"the answers are those of {strangers.pop()}, not of {rater}")
        with saving:
            text = answering.written(answering.merged(_read(file, key), sent), key)
            images.write_bytes(file, text.encode())
        return _csv(text)

    app.mount("/pictures", StaticFiles(directory=study / page.PAGE / page.PICTURES))
    return app


def _file(study: Path, rater: str) -> Path:
    if not answering.RATER.fullmatch(rater):
        raise HTTPException(422, f"{rater!r} is no name of at most 40 letters, digits and spaces")
    return study / page.ANSWERS / f"{rater}.csv"


def _read(file: Path, key: Key) -> list[answering.Answer]:
    return answering.parse(file.read_text(encoding="utf-8-sig"), key, file.name) if file.is_file() else []


def _csv(text: str) -> Response:
    return Response(text, media_type="text/csv; charset=utf-8")
