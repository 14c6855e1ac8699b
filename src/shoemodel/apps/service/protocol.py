"""uvicorn's HTTP protocol, with an end to the patience with clients that do not finish what they have begun to send."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE_S = 20.0
"""Seconds in which the head of a request has to arrive, and the rest of a body that was answered before its end."""


class Protocol(H11Protocol):
    """Closes a connection on which nothing is being answered and no request comes to the end of its head."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        # asyncio does so itself only where it made the listening socket; without, an answer in two parts takes 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """While a request is answered, how long its body may take is the application's to say."""
        if self.cycle is not None and not self.cycle.response_complete and self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self._patience is None:
            self._patience = self.loop.call_later(PATIENCE_S, self.timeout_keep_alive_handler)

    def _stop(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
