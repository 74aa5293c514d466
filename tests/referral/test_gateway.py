"""Text messages leave through an operator's gateway: here a real one, on this machine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from referral.gateway import GatewayFailed, HttpGateway, gateway

NO_HTTP = 0


class Operator(ThreadingHTTPServer):
    """Answers what it is told to, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[dict[str, Any]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/messages"


class Handler(BaseHTTPRequestHandler):
    server: Operator

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append({"path": self.path, **dict(self.headers), **json.loads(body)})
        status = self.server.answers.pop(0) if self.server.answers else 202
        if status == NO_HTTP:
            self.wfile.write(b"of another world\r\n\r\n")
            return
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Stays silent."""


@contextmanager
def operator() -> Iterator[Operator]:
    server = Operator()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(server: Operator) -> None:
    HttpGateway(server.url, "jeton").send(to="+221770000000", text="Action requise", key="k1")


def test_a_message_is_handed_over_with_token_and_key() -> None:
    with operator() as server:
        send(server)
    [message] = server.received
    assert message["Authorization"] == "Bearer jeton"
    assert message["Idempotency-Key"] == message["key"] == "k1"
    assert (message["to"], message["text"]) == ("+221770000000", "Action requise")


@pytest.mark.parametrize("status", [400, 401, 429, 499, 500, 503, 520, 599])
def test_what_is_not_taken_over_is_an_error_that_says_no_number(status: int) -> None:
    with operator() as server:
        server.answers.append(status)
        with pytest.raises(GatewayFailed) as caught:
            send(server)
    assert str(caught.value) == f"The gateway answered {status}."


def test_what_is_no_http_is_an_error_like_any_other() -> None:
    with operator() as server:
        server.answers.append(NO_HTTP)
        with pytest.raises(GatewayFailed) as caught:
            send(server)
    assert str(caught.value) == "The gateway does not answer: BadStatusLine."


def test_nothing_is_sent_on_to_where_a_gateway_points() -> None:
    with operator() as server:
        server.answers.append(302)
        with pytest.raises(GatewayFailed):
            send(server)
    assert [message["path"] for message in server.received] == ["/messages"]


def test_a_gateway_that_is_away_is_an_error_without_its_address() -> None:
    with operator() as server:
        url = server.url
    with pytest.raises(GatewayFailed) as caught:
        HttpGateway(url, "jeton").send(to="+221770000000", text="x", key="k")
    assert "127.0.0.1" not in str(caught.value)


def test_without_an_address_there_is_none(settings) -> None:  # type: ignore[no-untyped-def]
    settings.RELAIS_GATEWAY_URL = ""
    assert gateway() is None
    settings.RELAIS_GATEWAY_URL = "https://sms.example.org/"
    assert isinstance(gateway(), HttpGateway)
