"""Error answers as the errors probe judges them, whoever provoked them."""

from collections.abc import Iterable, Iterator

import msgspec

from gates.core import envelopes
from gates.core.design.routing import Routes
from gates.core.exchanges import MOST_BODY, Exchange
from gates.core.openapi import JSON

# Answers of the server below the application: too long an address, too slow a request …
BELOW = frozenset({408, 414, 431, 494, 505})
SERVERS = ("Invalid HTTP request received.",)
BODILESS = frozenset({"HEAD", "CONNECT"})


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One error answer; `operation` is the label of the document, or what it lacks."""

    exchange: Exchange
    operation: str
    own: bool

    @property
    def media(self) -> str:
        """The media type of the answer."""
        return envelopes.media_type(self.exchange.headers)

    @property
    def json(self) -> JSON:
        """Its body. Raises ValueError if it is no JSON."""
        return envelopes.parsed(self.exchange.body)

    @property
    def has_body(self) -> bool:
        """Whether there is a whole body that the application wrote."""
        one = self.exchange
        cut = len(one.body.encode("utf-8", "replace")) >= MOST_BODY
        below = one.status in BELOW or one.body.strip() in SERVERS
        return bool(one.body.strip()) and one.method not in BODILESS and not cut and not below


def errors(exchanges: Iterable[Exchange], routes: Routes, own: str) -> Iterator[Seen]:
    """The answers that say that something failed: by their status, or by their body."""
    for one in exchanges:
        if one.status >= 400 or (200 <= one.status < 300 and _says_so(one)):
            label = one.operation or routes.label(one.method, one.path)
            yield Seen(exchange=one, operation=label, own=one.probe == own)


def _says_so(one: Exchange) -> bool:
    if not envelopes.is_json(envelopes.media_type(one.headers)):
        return False
    try:
        return bool(envelopes.error_in_success(envelopes.parsed(one.body)))
    except ValueError:
        return False
