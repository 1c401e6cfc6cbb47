"""WebSocket clients of an oracle: each reads in a thread of its own, so that nothing is missed."""

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable

import websocket

from gates.core.openapi import JSON
from gates.shell import network

HANDSHAKE_S = 10.0
MOST_MESSAGES = 1_000  # that one subscriber keeps


class Refused(Exception):
    """The handshake was answered otherwise than with a switch of protocols."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the handshake was answered with {status}")
        self.status = status


class Subscriber:
    """One open WebSocket and what it has got so far."""

    def __init__(self, line: websocket.WebSocket) -> None:
        self._line = line
        self._news = threading.Condition()
        self._messages: list[str] = []
        self._ended = ""
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, message: str) -> None:
        """Send a text. Raises NetworkError."""
        try:
            self._line.send(message)
        except (OSError, websocket.WebSocketException) as error:
            raise _problem(error) from None

    def take(self, fits: Callable[[str], tuple[str, ...]], within_s: float) -> tuple[str, ...]:
        """Wait for a message that fits, and take it; else what was wrong with the last one.

        `fits` gives the differences of a message, none if it fits.
        """
        end = time.monotonic() + within_s
        looked = 0
        wrong: tuple[str, ...] = ("no message came in time",)
        with self._news:
            while True:
                while looked < len(self._messages):
                    differences = fits(self._messages[looked])
                    if not differences:
                        del self._messages[looked]
                        return ()
                    wrong = ("no such message came in time; the last one", *differences)
                    looked += 1
                left = end - time.monotonic()
                if left <= 0 or (self._ended and looked == len(self._messages)):
                    ended = (f"the connection ended: {self._ended}",) if self._ended else ()
                    return (*wrong, *ended)
                self._news.wait(left)

    def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(OSError, websocket.WebSocketException):
            self._line.send_close()
        with contextlib.suppress(OSError, AttributeError, websocket.WebSocketException):
            self._line.abort()  # type: ignore[no-untyped-call]

    def _read(self) -> None:
        ended = "the service closed it"
        try:
            while True:
                message = self._line.recv()
                if not self._line.connected:
                    break
                self._keep(message)
        except websocket.WebSocketConnectionClosedException:
            pass
        except (OSError, websocket.WebSocketException) as error:
            ended = type(error).__name__
        with self._news:
            self._ended = ended
            self._news.notify_all()

    def _keep(self, message: str | bytes) -> None:
        text = message if isinstance(message, str) else message.decode("utf-8", "replace")
        with self._news:
            if len(self._messages) < MOST_MESSAGES:
                self._messages.append(text)
            self._news.notify_all()


def opened(base_url: str, path: str, headers: dict[str, str]) -> Subscriber:
    """One WebSocket of the service. Raises Refused and NetworkError."""
    _, line = network.connected(base_url, (base_url,), HANDSHAKE_S)
    secure = isinstance(line, ssl.SSLSocket)
    host = base_url.partition("://")[2].rstrip("/")
    try:
        made = websocket.create_connection(
            f"{'wss' if secure else 'ws'}://{host}{path}",
            timeout=HANDSHAKE_S,
            header=[f"{name}: {value}" for name, value in headers.items()],
            socket=line,
            redirect_limit=0,
            enable_multithread=True,
        )
    except websocket.WebSocketBadStatusException as error:
        line.close()
        raise Refused(error.status_code) from None
    except (OSError, ValueError, websocket.WebSocketException) as error:
        line.close()
        raise _problem(error) from None
    made.settimeout(None)
    return Subscriber(made)


def as_text(message: JSON) -> str:
    """A message as it is sent: tables as JSON, texts as they are."""
    return message if isinstance(message, str) else json.dumps(message)


def _problem(error: Exception) -> network.NetworkError:
    kind = network.Problem.TIMEOUT if isinstance(error, TimeoutError) else network.Problem.RESET
    return network.NetworkError(kind, f"WebSocket: {type(error).__name__}: {str(error)[:200]}")
