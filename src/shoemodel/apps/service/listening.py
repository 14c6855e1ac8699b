"""A port taken before anything large is loaded."""

from __future__ import annotations

import socket

from shoemodel.errors import InputError


def listen(host: str, port: int) -> socket.socket:
    """Take the port.

    Raises:
        InputError: it cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise InputError(f"--host {host} --port {port} cannot be listened on ({error})") from error


def address(host: str, listening: socket.socket) -> str:
    """What a browser takes."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listening.getsockname()[1]}"
