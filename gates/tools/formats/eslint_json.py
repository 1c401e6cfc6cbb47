"""ESLint's JSON report (`--format json`, ESLint 5 to 10): one entry for each file it looked at."""

from typing import Annotated

import msgspec

from gates.tools.formats import strict_json

IGNORED = "File ignored "  # the start of what it says of a file that it was handed and left out
UNHEARD_OF = ("Definition for rule ", " was not found.")  # a comment names a rule we do not run

Position = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class Message(msgspec.Struct, frozen=True, rename="camel"):
    """One problem. `severity` 1 warning, 2 error; `fatal`: the file could not be read at all."""

    severity: Annotated[int, msgspec.Meta(ge=0, le=2)]
    message: str
    rule_id: str | None = None
    line: Position | None = None
    fatal: bool = False

    @property
    def unheard_of(self) -> bool:
        """Whether it only says that a comment of the source names a rule that is not loaded."""
        start, end = UNHEARD_OF
        return self.message.startswith(start) and self.message.endswith(end)


class FileResult(msgspec.Struct, frozen=True, rename="camel"):
    """One file; `suppressed_messages` are those that comments switched off."""

    file_path: str
    messages: tuple[Message, ...]
    error_count: strict_json.Count
    warning_count: strict_json.Count
    suppressed_messages: tuple[Message, ...] = ()

    @property
    def ignored(self) -> bool:
        """Whether it was handed to ESLint and not looked at."""
        said = self.messages
        return len(said) == 1 and not said[0].rule_id and said[0].message.startswith(IGNORED)

    @property
    def lost(self) -> int:
        """Problems that it counts and does not list."""
        return max(0, self.error_count + self.warning_count - len(self.messages))


def read(data: bytes | None, *, what: str) -> tuple[FileResult, ...]:
    """The files of a report; `[]` is one that looked at no file. Raises ParseError."""
    return strict_json.decode_as(data, tuple[FileResult, ...], what=what)


def problems(report: tuple[FileResult, ...]) -> tuple[tuple[str, Message], ...]:
    """Every problem with the path of its file, but for files that were not looked at."""
    return tuple(
        (file.file_path, message)
        for file in report
        if not file.ignored
        for message in file.messages
    )
