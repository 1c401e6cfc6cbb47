"""Requests and answers that the gates of one run have seen, as lines of NDJSON.

They hold secrets: the folder is scratch, read by later gates of the same run and never stored.
"""

from collections.abc import Iterable, Iterator

import msgspec

MOST_BODY = 64 * 1024


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request and its answer; `status` 0: none came, and `error` says why.

    `operation` is the label of the documented operation, "" where it is none. Bodies are text,
    undecodable bytes replaced, cut after 64 KiB.
    """

    probe: str
    method: str
    path: str
    identity: str = ""
    operation: str = ""
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: str = ""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    elapsed_s: float = 0.0
    error: str = ""


def line(exchange: Exchange) -> bytes:
    """The exchange as one line."""
    return msgspec.json.encode(exchange) + b"\n"


def lines(data: Iterable[bytes]) -> Iterator[Exchange]:
    """The exchanges of a file; a last line that was not finished is left out."""
    for text in data:
        if text.endswith(b"\n"):
            yield msgspec.json.decode(text, type=Exchange)


def text_of(data: bytes) -> str:
    """A body as the text that is kept."""
    return data[:MOST_BODY].decode("utf-8", "replace")
