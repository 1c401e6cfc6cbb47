"""Keeps answers that `requests` reads to a size and a time, whatever they would unpack to.

Without it a body that never ends is read until the machine has no memory left: the time-out of
`requests` is one for each read, and it has no limit of size.
"""

import time
from collections.abc import Iterator
from typing import Any

from requests import ConnectionError as NoAnswer
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

TOO_LARGE, TOO_SLOW = "body-too-large", "body-too-slow"


def bound(most_bytes: int, most_seconds: float) -> None:
    """From here on reading the body of an answer raises a ConnectionError beyond these bounds."""
    whole = HTTPResponse.stream

    def stream(answer: HTTPResponse, *arguments: Any, **named: Any) -> Iterator[bytes]:
        end, size = time.monotonic() + most_seconds, 0
        for block in whole(answer, *arguments, **named):
            size += len(block)
            if size > most_bytes:
                raise _given_up(answer, f"{TOO_LARGE}: more than {most_bytes:,} bytes, unpacked")
            if time.monotonic() > end:
                raise _given_up(answer, f"{TOO_SLOW}: not whole after {most_seconds:g} s")
            yield block

    setattr(HTTPResponse, "stream", stream)  # noqa: B010  mypy refuses the plain form


def _given_up(answer: HTTPResponse, why: str) -> NoAnswer:
    """The connection is not used again: the rest of the body is still on its way."""
    answer.close()
    return NoAnswer(ProtocolError(why))
