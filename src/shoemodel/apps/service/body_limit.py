"""No request brings more bytes than are accepted, whatever it says about its length, or takes for ever to do so."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

RECEIVE_S = 120.0
"""Seconds in which a body has to arrive: the largest at 2 Mbit/s."""


class BodyLimit:
    """ASGI middleware: reading a body of more than `max_bytes` raises HTTPException 413, a slow one 408.

    Starlette's own (`max_body_size`) answers with plain text; here every error is JSON.
    """

    def __init__(self, app: ASGIApp, max_bytes: int):
        self._app, self._max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "")
        size = int(stated) if stated.isdecimal() else 0
        read, whole = 0, False
        deadline = asyncio.get_running_loop().time() + RECEIVE_S

        async def limited() -> Message:
            nonlocal read, whole
            if whole:
                return await receive()  # it waits for the client to leave
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive() if size <= self._max_bytes else {}
            except TimeoutError:
                raise HTTPException(408, f"the request did not arrive within {RECEIVE_S:g} s") from None
            read += len(message.get("body", b""))
            if max(size, read) > self._max_bytes:
                raise HTTPException(413, f"the request is larger than the {self._max_bytes} bytes that are accepted")
            whole = not message.get("more_body", False)
            return message

        await self._app(scope, limited, send)
