"""Names the statement around a line of JavaScript, TypeScript and their like, without a parser.

The text is cut where a block opens or closes, at semicolons, and at those ends of lines where a
statement cannot go on. What a formatter may change is left out: line breaks, quotes, semicolons,
trailing commas, parentheses. A cut in a wrong place costs no more than a longer context.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from gates.core import source_text
from gates.core.redact import MARK
from gates.core.source_text import LONGEST, squeezed

SUFFIXES = frozenset(
    {".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".java", ".go", ".rs", ".c"}
    | {".cc", ".cpp", ".h", ".hpp", ".cs", ".kt", ".swift", ".php", ".css", ".scss", ".vue"}
)
# Whatever is not closed ends somewhere, so that no text takes more than one look at each letter.
_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))"
    r'|(?P<text>"(?:\\.|[^"\\\n]){0,200}+"|\'(?:\\.|[^\'\\\n]){0,200}+\'|`(?:\\.|[^`\\])*+(?:`|\\?\Z))'
    r"|(?P<line>\n)|(?P<space>[ \t\r\f\v]+)|(?P<word>[\w$@#]+)|(?P<arrow>=>)|(?P<other>.)",
    re.DOTALL,
)
_PATTERN = re.compile(r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n]){0,100}+\]|[^/\\\n\[]){1,300}+/\w*")
_GOVERNING = frozenset({"if", "for", "while"})
_HEADER = 400  # characters of a header in which a name is looked for
_GOES_ON = frozenset("([{,.=:?|&+-*/%<!~^") | {"=>"}  # last of a line that is no statement's end
_TAKEN_UP = frozenset(".,)]}?:|&+-*/%<>=^;")  # first of a line that belongs to the one before
_IN_VALUE = frozenset("([,=:?|&!") | {"return", "import", "export", "type", "default", "const"}
_IN_VALUE |= {"let", "var"}
_JOINING = frozenset({"extends", "implements", "as", "in", "of", "instanceof", "satisfies", "from"})
_NAME = re.compile(
    r"(?:function\s*\*?|class|interface|namespace|enum|struct|impl|fn|func)\s+([\w$]+)"
    r"|([\w$]+)\s*(?::[^=]*)?=\s*(?:async\s*)?(?:\(|[\w$]+\s*=>|function)"
)
_METHOD = re.compile(r"^\s*(?:[a-z]+\s+)*([\w$#]+)\s*(?:<[^>]*>)?\(")
_NO_METHOD = frozenset({"if", "for", "while", "switch", "catch", "with", "function", "return"})


class Chunk(msgspec.Struct, gc=False):
    """One statement or header of a block. `first` to `last` are its lines, from 1."""

    scope: str
    first: int
    last: int = 0
    words: list[str] = msgspec.field(default_factory=list)
    texts: list[int] = msgspec.field(default_factory=list)  # which of the words are strings


def contexts(text: str, wanted: Mapping[int, bool]) -> dict[int, str]:
    """The context of each wanted line; True asks for one without the values of strings."""
    found = [chunk for chunk in chunks(text) if said(chunk)]
    names = [said(chunk) for chunk in found]
    pairs = [(chunk.scope, name) for chunk, name in zip(found, names, strict=True)]
    counted = source_text.ordinals(list(pairs))
    owner = owners(found)
    lines = text.split("\n")
    return {
        line: of_line(lines[line - 1], masked, found, names, counted, owner.get(line))
        for line, masked in wanted.items()
        if line <= len(lines)
    }


def of_line(
    line: str,
    masked: bool,
    found: list[Chunk],
    names: list[str],
    counted: list[int],
    number: int | None,
) -> str:
    """The context of one line: its chunk, or itself where that is too long or a comment."""
    comment = line.strip().startswith(("//", "/*", "* "))
    scope = found[number].scope if number is not None else ""
    if number is None or comment or len(names[number]) > LONGEST:
        return source_text.name(scope, source_text.line_text(line.strip(), masked))
    if masked:
        return source_text.name(scope, said(found[number], masked=True))
    return source_text.name(scope, names[number], counted[number])


def said(chunk: Chunk, *, masked: bool = False) -> str:
    """The normalised text of a chunk; a union of types may begin with a bar or not."""
    hidden = set(chunk.texts) if masked else ()
    words = (MARK if number in hidden else word for number, word in enumerate(chunk.words))
    return squeezed("".join(words)).replace("=|", "=")


def owners(found: list[Chunk]) -> dict[int, int]:
    """For each line the number of the first chunk that begins there, else of one that covers it."""
    owner: dict[int, int] = {}
    for number, chunk in enumerate(found):
        for line in range(chunk.first + 1, chunk.last + 1):
            owner.setdefault(line, number)
    begun: dict[int, int] = {}
    for number, chunk in enumerate(found):
        begun.setdefault(chunk.first, number)
    return owner | begun


class Cutter:
    """Cuts a text into chunks, keeping the names of the blocks around and the brackets open."""

    def __init__(self) -> None:
        self.done: list[Chunk] = []
        self.line = 1
        self._now: Chunk | None = None
        self._scopes: list[str] = [""]
        self._open: list[str] = []  # "{" a block, else a bracket inside a statement
        self._kept: list[Chunk | None] = []
        self._last = ""
        self._broken = False
        self._governs = False  # the statement begins with an `if` or a loop, its brackets ahead
        self._headed = False  # after the brackets of an `if` or a loop, before what it governs

    @property
    def expects_value(self) -> bool:
        """Whether a `/` here begins a pattern."""
        return self._last in _IN_VALUE | {"", "{", "}", ";"}

    def token(self, kind: str, text: str) -> None:
        """Take in one token."""
        if kind in ("comment", "space", "line"):
            self._broken |= "\n" in text
            self.line += text.count("\n")
            if self._now is not None:
                self._now.words.append(" ")
            return
        if self._broken and self._ends_here(text):
            self.end()
        self._broken = False
        match text:
            case "{" | "(" | "[":
                self._opened(text)
            case "}" | ")" | "]":
                self._closed(text)
            case ";" if not self._inside:
                self.end()
            case _:
                self._said(kind, text)
        self.line += text.count("\n")
        self._last = text

    @property
    def _inside(self) -> bool:
        """Whether a bracket is open in the statement at hand."""
        return bool(self._open) and self._open[-1] != "{"

    def _ends_here(self, text: str) -> bool:
        joins = text[0] in _TAKEN_UP or text in _JOINING or self._headed
        return not self._inside and self._last not in _GOES_ON and not joins

    def _said(self, kind: str, text: str) -> None:
        if self._now is None:
            self._now = Chunk(self._scopes[-1], self.line)
            self._governs = text in _GOVERNING
        self._headed = False
        if kind == "text":
            self._now.texts.append(len(self._now.words))
        self._now.words.append(text)
        self._now.last = self.line + text.count("\n")

    def _opened(self, text: str) -> None:
        markup = self._last == ">" and self._inside
        if text == "{" and not markup and self._last not in _IN_VALUE:
            header = "".join(self._now.words)[:_HEADER] if self._now else ""
            self.end()
            self._scopes.append(inner(self._scopes[-1], header))
            self._open.append("{")
            return
        self._said("other", text)
        self._open.append("value")

    def _closed(self, text: str) -> None:
        block = bool(self._open) and self._open[-1] == "{"
        if block and text == "}":
            self.end()
            self._scopes.pop()
        if self._open:
            self._open.pop()
        if not block:
            self._said("other", text)
            self._headed = self._governs and not self._inside
            self._governs &= self._inside

    def end(self) -> None:
        """End the statement at hand."""
        if self._now is not None:
            self.done.append(self._now)
        self._now = None


def chunks(text: str) -> list[Chunk]:
    """All statements and headers of blocks, in the order of their ends."""
    cutter = Cutter()
    for kind, token in tokens(text, cutter):
        cutter.token(kind, token)
    cutter.end()
    return cutter.done


def tokens(text: str, cutter: Cutter) -> Iterator[tuple[str, str]]:
    """The tokens of a text; what a `/` begins depends on what the cutter saw last."""
    place = 0
    while place < len(text):
        found = None
        if text[place] == "/" and cutter.expects_value:
            found = _PATTERN.match(text, place)
        if found is not None:
            yield "text", found[0]
        else:
            found = _TOKEN.match(text, place)
            if found is None:
                return
            yield found.lastgroup or "other", found[0]
        place = found.end()


def inner(scope: str, header: str) -> str:
    """The scope inside a block: named after its function or class, else that around it."""
    found = _NAME.search(header)
    if found:
        name = found[1] or found[2]
    else:
        method = _METHOD.match(header)
        name = method[1] if method and method[1] not in _NO_METHOD else ""
    if not name:
        return scope
    return f"{scope}.{name}" if scope else name
