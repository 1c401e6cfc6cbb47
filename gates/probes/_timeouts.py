"""Finds outgoing calls of the standard library and of requests' sessions that wait for ever.

Ruff's S113 sees `requests.get` and httpx; this sees the rest that is certain. The positions of
`timeout` are those of Python's documentation, 3.11 to 3.13.
"""

import ast
import re
from collections.abc import Iterator

from gates.probes import _dotted

# Callable → how many positional arguments include the timeout; 0: it is a keyword alone.
CALLS = {
    "urllib.request.urlopen": 3,
    "socket.create_connection": 2,
    "smtplib.SMTP": 4,
    "smtplib.SMTP_SSL": 0,
    "ftplib.FTP": 5,
    "ftplib.FTP_TLS": 0,
    "poplib.POP3": 3,
    "poplib.POP3_SSL": 0,
    "imaplib.IMAP4": 3,
    "imaplib.IMAP4_SSL": 0,
    "http.client.HTTPConnection": 3,
    "http.client.HTTPSConnection": 0,
    "urllib3.request": 0,
}
OWN_DEFAULT = frozenset({"urllib3.request"})  # not governed by socket.setdefaulttimeout
LINES = frozenset({"http.client.HTTPConnection", "http.client.HTTPSConnection"})
SESSIONS = frozenset({"requests.Session", "requests.session", "requests.sessions.Session"})
SENDS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})
WORDS = re.compile(rb"\b(?:urllib3?|socket|smtplib|ftplib|poplib|imaplib|http|requests)\b")
Place = tuple[int, str]  # line, and the call


def may_matter(source: bytes) -> bool:
    """Whether a file names one of the modules: only then it is worth parsing."""
    return WORDS.search(source) is not None


def sets_default(module: ast.Module) -> bool:
    """Whether a module gives every socket a timeout."""
    origins = _dotted.imported(module)
    return any(
        isinstance(node, ast.Call)
        and _dotted.dotted(node.func, origins) == "socket.setdefaulttimeout"
        and not _is_none(node.args[0] if node.args else None)
        for node in ast.walk(module)
    )


def found(module: ast.Module, default: bool) -> Iterator[Place]:
    """Calls without a timeout, or with none; `default`: the sockets of the program have one."""
    origins = _dotted.imported(module)
    sessions = frozenset(_sessions(module, origins))
    judged = CALLS.keys() - LINES if _brings_socket(module) else CALLS.keys()
    judged = judged & OWN_DEFAULT if default else judged
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = _dotted.dotted(node.func, origins)
            if name in judged and _waits(node, CALLS[name]):
                yield node.lineno, name
            elif _is_of_session(node, sessions, origins) and _waits(node, 0):
                yield node.lineno, f"{_dotted.last(node.func)} of a requests session"


def _waits(call: ast.Call, position: int) -> bool:
    """Whether a call has no timeout; one that takes `*args` or `**kwargs` is not certain."""
    if any(isinstance(one, ast.Starred) for one in call.args):
        return False
    for keyword in call.keywords:
        if keyword.arg is None:
            return False
        if keyword.arg == "timeout":
            return _is_none(keyword.value)
    if position and len(call.args) >= position:
        return _is_none(call.args[position - 1])
    return True


def _brings_socket(module: ast.Module) -> bool:
    """Whether a connection is given a socket that was made elsewhere: its timeout counts."""
    return any(
        isinstance(target, ast.Attribute) and target.attr == "sock"
        for node in ast.walk(module)
        for target, _ in _bindings(node)
    )


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_of_session(call: ast.Call, sessions: frozenset[str], origins: dict[str, str]) -> bool:
    match call.func:
        case ast.Attribute(value=owner, attr=method) if method in SENDS:
            return ast.unparse(owner) in sessions or _makes_session(owner, origins)
        case _:
            return False


def _makes_session(node: ast.expr, origins: dict[str, str]) -> bool:
    return isinstance(node, ast.Call) and _dotted.dotted(node.func, origins) in SESSIONS


def _sessions(module: ast.Module, origins: dict[str, str]) -> Iterator[str]:
    """Names, such as `self.http`, that are bound to a session of requests and to nothing else."""
    bound: dict[str, set[bool]] = {}
    for node in ast.walk(module):
        for target, value in _bindings(node):
            bound.setdefault(ast.unparse(target), set()).add(_makes_session(value, origins))
    yield from (name for name, made in bound.items() if made == {True})


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            yield target, value
        case _:
            pass
