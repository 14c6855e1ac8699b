"""No request brings more bytes than are accepted, whatever it says about its length."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """ASGI middleware: reading more than `max_bytes` of a body raises HTTPException 413 in the route that reads.

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
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive() if size <= self._max_bytes else {}
            read += len(message.get("body", b""))
            if max(size, read) > self._max_bytes:
                raise HTTPException(413, f"the request is larger than the {self._max_bytes} bytes that are accepted")
            return message

        await self._app(scope, limited, send)
