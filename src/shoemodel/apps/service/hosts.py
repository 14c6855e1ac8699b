"""What a page of another site can make a browser send is refused.

Such a page can send a form to 127.0.0.1 (then `Origin` is the page's own), or have its own name lead to 127.0.0.1 (then
`Host` is that name: DNS rebinding). Whoever is no browser may send either header as it likes, or neither.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shoemodel.apps.service.schemas import Problem
from shoemodel.errors import InputError

ANY = "*"
SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/@?#\[\]]+)(:\d*)?", re.IGNORECASE)
"""A name or an address, and a port."""


class Hosts:
    """ASGI middleware: 421 for a request to a host that is not this server, 403 for an unsafe one of another origin.

    This server is localhost, every IP address (no page can have one for its name) and `hosts`, names without a port;
    "*" stands for every name. Its own origin is the `Host` of the request, whatever the scheme: a proxy may end TLS.
    origins: those of other pages that may send unsafe requests.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str], origins: Sequence[str]):
        self._app, self._origins = app, {origin.lower() for origin in origins}
        self._hosts = {"localhost", *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refusal(scope["method"], Headers(scope=scope))):
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, method: str, headers: Headers) -> JSONResponse | None:
        host, origin = headers.get("host", "").lower(), headers.get("origin", "").lower()
        if host and not self._is_here(_name(host)):
            return _problem(421, f"the server does not go by {host!r}; its --hosts names what it goes by")
        own = origin.partition("://")[1:] == ("://", host)
        if method in SAFE or not origin or own or self._origins & {origin, ANY}:
            return None
        return _problem(403, f"pages of {origin!r} may not use the server; its --cors names those that may")

    def _is_here(self, name: str | None) -> bool:
        return ANY in self._hosts or name in self._hosts or _is_address(name)


def check(hosts: Sequence[str]) -> None:
    """Raise InputError for what is no name of a host."""
    for host in hosts:
        if host != ANY and _name(host) != host.lower():
            raise InputError(f"--hosts is {host!r}; names such as shoes.example, without a port, and * are accepted")


def _name(host: str) -> str | None:
    """The `Host` of a request without its port and brackets; None where it is none."""
    found = _HOST.fullmatch(host)
    return found[1].strip("[]").lower() if found else None


def _is_address(name: str | None) -> bool:
    try:
        return bool(ipaddress.ip_address(name or ""))
    except ValueError:
        return False


def _problem(status: int, detail: str) -> JSONResponse:
    return JSONResponse(Problem(detail=detail).model_dump(), status)
