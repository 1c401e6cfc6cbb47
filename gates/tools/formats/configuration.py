"""Whose settings count where a tool could follow those of the target: a choice of the policy."""

from enum import StrEnum

from gates.core.model import Reason
from gates.core.tool import Options, ParseError


class Whose(StrEnum):
    """The gate option `configuration`."""

    OURS = "ours"
    TARGET = "target"
    STRICTER = "stricter"


def whose(options: Options) -> Whose:
    """The choice, ours where none is made. Raises ParseError for another word."""
    word = options.settings.get("configuration", Whose.OURS)
    if word not in tuple(Whose):
        allowed = ", ".join(Whose)
        detail = f'options.configuration of the gate: "{word}" is unknown; allowed: {allowed}'
        raise ParseError(Reason.INCOMPLETE, detail)
    return Whose(str(word))
