"""How a service is started, as its source shows it, and where that is shown."""

import msgspec

Command = tuple[str, ...]


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """A start command with the port handed in, or `blocked`: why none could be made.

    `env` are variables that the command needs, `document` the path of a served OpenAPI document.
    """

    framework: str
    argv: Command = ()
    why: str = ""
    env: dict[str, str] = {}
    by_port: bool = False  # the port is an argument, not a variable
    migrate: Command = ()
    migrate_why: str = ""
    document: str = ""
    document_why: str = ""
    blocked: str = ""
    notes: tuple[str, ...] = ()
