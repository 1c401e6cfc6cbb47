"""Commands that repeat a request, ids of objects as variables: they are others in each run."""

import re

from gates.probes._caller import curl
from gates.probes._sent import Sent


def command(sent: Sent, *, body: bytes, token: str, path: str = "") -> str:
    """A curl command; `{note_id}` of the path becomes "$NOTE_ID". `path` replaces that."""
    query = sent.path.partition("?")[2]
    plain = path or sent.op.path + (f"?{query}" if query else "")
    text = curl(sent.op.operation.method, plain, headers=sent.headers, body=body, token=token)
    before, mark, url = text.rpartition('"$BASE_URL"')
    named = re.sub(r"\{([A-Za-z0-9_.-]+)\}", lambda match: variable(match[1]), url)
    return f"{before}{mark}{named}"


def variable(name: str) -> str:
    """The variable that stands for a parameter, between the quotes of the path around it."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return f"'\"${re.sub(r'[^A-Za-z0-9]+', '_', words).upper()}\"'"
