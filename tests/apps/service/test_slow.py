"""Clients that do not finish what they begin."""

import socket
import threading
import time

import pytest
import uvicorn

from shoemodel.apps.service import body_limit, protocol


@pytest.fixture
def listening(serve, monkeypatch):
    """Make a connection to a server whose patience is short."""
    monkeypatch.setattr(protocol, "PATIENCE_S", 0.3)
    monkeypatch.setattr(body_limit, "RECEIVE_S", 0.6)
    server = uvicorn.Server(uvicorn.Config(serve().app, port=0, log_level="error", http=protocol.Protocol))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    address = server.servers[0].sockets[0].getsockname()
    connections = []

    def connect(*lines):
        connections.append(socket.create_connection(address, timeout=30))
        connections[-1].sendall("\r\n".join(lines).encode())
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()
    server.should_exit = True
    thread.join()


def everything(connection):
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_head_that_does_not_end_ends_the_connection(listening):
    assert everything(listening()) == b""
    assert everything(listening("GET /healthz HTTP/1.1", "Host: localhost", "X-Slow: ")) == b""


def test_a_body_that_does_not_end_is_answered_and_ends_the_connection(listening):
    head = ("POST /v1/areas HTTP/1.1", "Host: [::1]", "Content-Type: application/json", "Content-Length: 99", "", "{")
    answer = everything(listening(*head))
    assert answer.startswith(b"HTTP/1.1 408") and b'{"detail":"the request did not arrive within 0.6 s"}' in answer


def test_a_client_that_leaves_within_a_body_is_no_fault_of_ours(listening):
    head = ("POST /v1/areas HTTP/1.1", "Host: [::1]", "Content-Type: application/json", "Content-Length: 99", "", "{")
    listening(*head).close()
    counted = 'route="/v1/areas",status="400"} 1.0'
    while (
        counted
        not in everything(listening("GET /metrics HTTP/1.1", "Host: localhost", "Connection: close", "", "")).decode()
    ):
        time.sleep(0.05)
