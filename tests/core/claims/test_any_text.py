"""Whatever a log holds: it is read, refused or left alone, and no path leads out of the tree."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gates.core.claims import commands
from gates.core.claims.commands import FORMS, Prose, outside
from gates.core.claims.log import numbered, read
from gates.core.claims.named_files import named_files
from gates.core.claims.observed import Observed, compared
from gates.core.claims.tags import TAGS
from gates.core.claims.words import Refused

PIECES = st.sampled_from(
    [
        *FORMS,
        *(
            "-f",
            "-r",
            "-name",
            "-E",
            "--",
            "'",
            '"',
            " ",
            " ",
            " ",
            "..",
            "/",
            "~",
            "a",
            "src/x.py",
        ),
        *(
            ";",
            "|",
            "&&",
            "$(",
            "`",
            "$HOME",
            "\\",
            "*",
            "[",
            "]",
            "(",
            ")",
            "{2}",
            "+",
            "\n",
            "\0",
        ),
    ]
)
LINES = st.sampled_from(
    [*(f"#{tag}: x" for tag in TAGS), "  Verification: ls", "#NOT_KNOWN: y", "", "x works", "## H"]
)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=80))
def test_a_command_is_safe_or_refused(text):
    try:
        command = commands.parse(text)
    except Refused as error:
        assert str(error)
        return
    if not isinstance(command, Prose):
        assert [path for path in command.paths if outside(path)] == []


@settings(max_examples=200)
@given(st.lists(LINES | st.text(max_size=60), max_size=12))
def test_a_log_is_read_whatever_it_holds(lines):
    text = "\n".join(lines)
    log = read(numbered(text), "log.md")
    count = len(text.replace("\r\n", "\n").split("\n"))
    assert all(1 <= claim.line <= count for claim in log.claims)
    assert all(detail.line > claim.line for claim in log.claims for detail in claim.details)
    assert compared(log, "log.md", Observed()).beside == ()
    for claim in log.claims:
        assert named_files(claim.text)
