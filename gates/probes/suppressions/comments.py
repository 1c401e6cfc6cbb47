"""The comments of Python source, as its own tokeniser sees them."""

import io
import token
import tokenize
from collections.abc import Iterator

import msgspec

QUIET = frozenset(
    {token.ENCODING, token.COMMENT, token.NL, token.NEWLINE, token.INDENT, token.DEDENT}
)


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One comment: its first line (from 1), its text, and the source line that it stands on.

    `head`: nothing but comments comes before it. `alone`: it has the line for itself.
    """

    line: int
    text: str
    source: str
    head: bool = False
    alone: bool = False


def comments(source: bytes) -> Iterator[Comment]:
    """Every comment. Raises SyntaxError, UnicodeDecodeError, tokenize.TokenError."""
    head = True
    for one in tokenize.tokenize(io.BytesIO(source).readline):
        head = head and one.type in QUIET
        if one.type == tokenize.COMMENT:
            yield Comment(
                line=one.start[0],
                text=one.string,
                source=one.line.strip(),
                head=head,
                alone=one.line.strip() == one.string.strip(),
            )
