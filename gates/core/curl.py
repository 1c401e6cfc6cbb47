"""A request as a command for people: quoted for a shell, secrets as variables."""

import re
import shlex

from gates.core.contract_digest import FILTERED, NOT_SENT, Step

BODY = 4_096  # bytes


def commands(steps: tuple[Step, ...]) -> str:
    """A command for each step, a line each."""
    return "\n".join(command(step) for step in steps)


def command(step: Step) -> str:
    """Return a curl command line; a body over BODY bytes is cut and marked as cut.

    The origin is the variable BASE_URL: the port of the run is gone when somebody reads this.
    What authenticated is a variable too, named after its header.
    """
    parts = ["curl", "-si", "-X", shlex.quote(step.method)]
    for name, value in step.headers:
        if name.lower() not in NOT_SENT:
            parts.append(_header(name, value))
    if step.body:
        parts.append(_data(step.data))
    parts.append(f'"$BASE_URL"{_quoted(step.path)}')
    return " ".join(parts)


def variable(header: str) -> str:
    """The variable that holds a header's value."""
    return re.sub(r"[^A-Za-z0-9]", "_", header).upper()


def _header(name: str, value: str) -> str:
    if FILTERED not in value:
        return f"-H {_quoted(f'{name}: {value}')}"
    return f'-H {_quoted(f"{name}: ")}"${{{variable(name)}}}"'


def _data(data: bytes) -> str:
    cut = f" # body cut: {BODY} of {len(data)} bytes" if len(data) > BODY else ""
    return f"--data-binary {_quoted(data[:BODY].decode('utf-8', 'replace') + cut)}"


def _quoted(text: str) -> str:
    """One word of a shell; what is not printable is written as an escape of $'…'."""
    if text.isprintable():
        return shlex.quote(text)
    escaped = "".join(_escape(letter) for letter in text)
    return f"$'{escaped}'"


def _escape(letter: str) -> str:
    if letter in "\\'":
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogatepass"))
