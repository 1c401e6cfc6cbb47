"""What an oracle file says: one behaviour of the service, as steps with what is expected of each.

`{name}` in a text is a value of the oracle: one of [values], one that an earlier step captured, or
one of MADE_UP. `${NAME}` is a variable of the service: a secret, never shown.
"""

from typing import Any

import msgspec

MADE_UP = ("unique", "email", "password")  # made anew for each oracle in each run
NOBODY = "nobody"  # the identity that sends no authentication
DEFAULT = "default"  # the identity of [auth]
SWITCHED = 101  # status of a WebSocket handshake that succeeds
WITHIN_S = 5.0  # how long a message may take where the step does not say it


class Expect(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What has to hold of an answer or a message. Values are plain, or tables of checks."""

    status: Any = None
    """A status code, a list of them, or a class such as "2xx"."""
    json: dict[str, Any] = {}
    """Parts of the JSON body, by JSON pointer or dotted path."""
    headers: dict[str, Any] = {}
    """Headers, by name."""
    text: Any = None
    """The body as text."""
    schema: str = ""
    """A component of the document, or "operation" for what it says of this answer."""


class Step(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One step: a request, the opening of WebSockets, or a message that they have to get."""

    name: str = ""
    """What the step is for; empty: its number."""
    request: str = ""
    """Method and path, for example "POST /v1/orders"."""
    subscribe: str = ""
    """Path at which WebSockets are opened."""
    receive: str = ""
    """Name of the subscribers that each get a message."""
    identity: str = ""
    """Who asks: an identity of the target file, or nobody; empty: that of [auth]."""
    query: dict[str, Any] = {}
    """Parameters of the query."""
    headers: dict[str, str] = {}
    """Further headers; they win over those of the identity."""
    json: Any = None
    """JSON body."""
    form: dict[str, Any] = {}
    """Body as a form."""
    text: str = ""
    """Body as text."""
    group: str = msgspec.field(default="", name="as")
    """Name of these subscribers."""
    subscribers: int = 1
    """How many of them."""
    send: tuple[Any, ...] = ()
    """Messages that each of them sends first."""
    expect: Expect = Expect()
    """What has to hold."""
    capture: dict[str, str] = {}
    """Values for later steps, by name: JSON pointer, dotted path, header:NAME or cookie:NAME."""
    within_s: float | None = None
    """Seconds within which it has to hold; a request is repeated until then."""
    every_s: float = 0.2
    """Seconds between two tries of a request."""


class Oracle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One oracle file."""

    title: str
    """The behaviour, in one sentence."""
    id: str = ""
    """Name in reports, flows and claims; empty: the name of the file."""
    values: dict[str, Any] = {}
    """Values that its texts name as {name}."""
    steps: tuple[Step, ...] = ()
    """What is done and expected, in this order."""
    preset: str = ""
    """A behaviour that is known by name, instead of steps."""
    given: dict[str, Any] = msgspec.field(default_factory=dict, name="with")
    """What the preset needs to know."""


def title_of(step: Step, number: int) -> str:
    """How reports call a step; `number` counts from 1."""
    return f'step {number} "{step.name}"' if step.name else f"step {number}"


def split(request: str) -> tuple[str, str]:
    """Method and path of a request as it is written."""
    method, _, path = request.strip().partition(" ")
    return method.upper(), path.strip()
