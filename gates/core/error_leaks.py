"""What an error answer tells of the inside of a service: traces, SQL, files, frameworks.

Sources: OWASP API8:2023 and WSTG-ERRH; the texts are those that the runtimes and drivers print.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator

import msgspec

from gates.core.openapi import JSON, unquoted

Headers = tuple[tuple[str, str], ...]
MOST_SHOWN = 120
SHORTEST_ECHO = 4

TRACES = {
    "Python": r"Traceback \(most recent call last\)|File \"[^\"\n]{1,300}\", line \d+, in ",
    "Java": r"(?:^|\s)at (?:[\w$]+\.){2,}[\w$<>]+\((?:[\w$]+\.(?:java|kt|scala)(?::\d+)?|Native "
    r"Method|Unknown Source)\)|\b(?:java|javax|jakarta|org\.(?:springframework|hibernate))\."
    r"[\w.]+(?:Exception|Error)\b",
    "JavaScript": r"(?:^|\s)at (?:async )?(?:[^\n()]{1,200} \()?(?:file://|node:|/|[A-Z]:\\)"
    r"[^\s()]{1,300}:\d+:\d+\)?|\bat [\w.<> ]{1,200} \((?:node:)?internal/",
    ".NET": r"(?:^|\s)at [\w.`<>\[\]]+\([^()\n]*\) in [^\n]{1,300}:line \d+|"
    r"\bSystem\.(?:\w+\.)*\w+Exception\b",
    "PHP": r"(?:Fatal error|Warning|Notice|Parse error)\b.{1,300} on line (?:<b>)?\d+|"
    r"#0 [^\s(]{1,300}\(\d+\): ",
    "Go": r"goroutine \d+ \[[a-z ,0-9]+\]:|panic: runtime error|\.go:\d+ \+0x[0-9a-f]+",
    "Ruby": r"[\w./-]{1,200}\.rb:\d+:in [`']|ActionController::\w+Error|"
    r"NoMethodError \(undefined method",
}
DATABASES = (
    r"SQLSTATE\[?[ :=]?\s?[0-9A-Z]{5}|\bORA-\d{5}\b|\bPLS-\d{5}\b|\bSQLITE_[A-Z]{3,}\b",
    r"\b(?:sqlite3|psycopg2?|asyncpg|pymysql|MySQLdb|sqlalchemy|mysql|cx_Oracle|oracledb|pyodbc)"
    r"\.(?:\w+\.)*\w+|\b(?:PG|SQL|MySQL)(?:Syntax|Integrity\w*)?(?:Exception|Error)\b",
    r"\b(?:Operational|Programming|Integrity|Database)Error[:(]",
    r"You have an error in your SQL syntax|near \"[^\"]{0,80}\": syntax error|"
    r"unrecognized token: \"|no such (?:table|column): \w+|"
    r"(?:UNIQUE|FOREIGN KEY|NOT NULL|CHECK) constraint failed|"
    r"duplicate key value violates unique constraint|violates (?:foreign key|not-null|check) "
    r"constraint|(?:relation|column) \"[\w.]{1,80}\" (?:of relation .{1,80} )?does not exist|"
    r"syntax error at or near \"|Unclosed quotation mark after the character string|"
    r"Duplicate entry '.{1,80}' for key '|Unknown column '.{1,80}' in '",
    r"\bSELECT\s[^;\n]{1,200}?\sFROM\s+[\w\"`\[.]+|\bINSERT\s+INTO\s+[\w\"`\[.]+\s*(?:\(|VALUES)|"
    r"\bUPDATE\s+[\w\"`\[.]+\s+SET\s+[\w\"`\[.]+\s*=|\bDELETE\s+FROM\s+[\w\"`\[.]+\s+WHERE\s",
)
FILES = (
    r"(?<![\w:/.-])/(?:usr|home|root|var|etc|opt|srv|tmp|proc|private|Users|app|code|workspace|"
    r"data)(?:/[\w.@+-]+)*/[\w.@+-]+\.(?:py|pyc|js|mjs|cjs|ts|java|class|jar|rb|php|go|cs|so|dll|db"
    r"|sqlite3?|sql|conf|cfg|ini|ya?ml|toml|json|log|sock|env|pem|key|html?|tmpl|erb|jinja2?)\b",
    r"(?<![\w:/.-])/(?:usr/(?:local|lib|share|src|bin)|var/(?:www|lib|log|run|task|tmp)|"
    r"home/[\w.-]+|root|etc|srv/[\w.-]+|opt/[\w.-]+|Users/[\w.-]+)/[\w.@+-]+(?:/[\w.@+-]+)*",
    r"(?<![A-Za-z])[A-Z]:\\{1,2}(?:[\w .$()-]+\\{1,2})+[\w.$()-]+",
    r"\b(?:site-packages|dist-packages|node_modules)[/\\][\w@.-]+",
)
FRAMEWORKS = (
    r"\b(?:Werkzeug|Flask|Django|Rails|Laravel|Symfony|Tomcat|Jetty|WildFly|Kestrel|gunicorn|"
    r"uvicorn|Tornado|nginx|Apache|OpenResty|PHP|Express|Node\.js|Python|Spring(?: Boot)?|"
    r"Microsoft-IIS|ASP\.NET(?: Core)?)/\d[\w.]*",
    r"Apache Tomcat(?:/| Version )\d[\w.]*",
    r"seeing this error because you have <code>DEBUG = True|Werkzeug Debugger|"
    r"Whitelabel Error Page|Rails\.root: |<title>Action Controller: Exception caught|"
    r"The debugger caught an exception",
)
BANNERS = ("x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-runtime-version")
VERSION = re.compile(r"/\s?v?\d|\d+\.\d+")
# Members that hold places of the API or of the request, never of a file system.
PLACES = frozenset({"pointer", "instance", "href", "url", "uri", "type", "self", "loc", "path"})


class Leak(msgspec.Struct, frozen=True, order=True):
    """One thing told. `kind` is its finer word; `excerpt` bounded, numbers that change masked."""

    rule: str
    kind: str
    excerpt: str
    place: str = "body"  # or the name of the header


def _compiled(parts: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.MULTILINE)


_BODY = (
    *(("errors.stack-trace", kind, _compiled((text,))) for kind, text in TRACES.items()),
    ("errors.sql", "SQL", _compiled(DATABASES)),
    ("errors.path", "file path", _compiled(FILES)),
    ("errors.banner", "framework", _compiled(FRAMEWORKS)),
)


def leaks(body: str, headers: Headers, sent: Iterable[str], known: Iterable[str]) -> list[Leak]:
    """Everything that an answer with this body and these headers tells.

    `sent` are texts of the request: what is merely sent back is no leak. `known` are paths that
    are public, those of the document: they are no files.
    """
    echoes = [form for text in sent for form in spelled(text)]
    public = tuple(known)
    found = [
        leak for text, place in texts_of(body) for leak in _in_text(text, place, echoes, public)
    ]
    if any(one.rule == "errors.stack-trace" for one in found):
        found = [one for one in found if one.rule != "errors.path"]  # part of the trace
    return sorted({*found, *_in_headers(headers)})


def _in_text(text: str, place: str, echoes: list[str], known: tuple[str, ...]) -> Iterator[Leak]:
    for rule, kind, pattern in _BODY:
        if rule == "errors.path" and place in PLACES:
            continue
        for match in pattern.finditer(_without_echoes(text, echoes, pattern)):
            said = match[0].strip()
            if rule == "errors.path" and said.startswith(known):
                continue
            if any(said in echo for echo in echoes):
                continue
            yield Leak(rule, kind, steady(said))
            break


def _in_headers(headers: Headers) -> Iterator[Leak]:
    for name, value in headers:
        low = name.lower()
        if low in BANNERS or (low == "server" and VERSION.search(value)):
            yield Leak("errors.banner", f"header {name.title()}", steady(value), name.title())


def texts_of(body: str) -> Iterator[tuple[str, str]]:
    """Every text of a body with the name of the member that holds it; the body itself if no JSON.

    Texts of HTML are read as a browser shows them.
    """
    try:
        value: JSON = json.loads(body)
    except (ValueError, RecursionError):
        yield (html.unescape(body) if "<" in body else body), ""
        return
    yield from _leaves(value, "", 0)


def _leaves(value: JSON, name: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > 40:
        return
    match value:
        case str():
            yield value, name
        case list():
            for part in value:
                yield from _leaves(part, name, depth + 1)
        case dict():
            for key, part in value.items():
                yield from _leaves(part, key.lower(), depth + 1)
        case _:
            return


def spelled(text: str) -> Iterator[str]:
    """The forms in which what was sent may come back; nothing for a text of a few letters."""
    if len(text) < SHORTEST_ECHO:
        return
    forms = (text, unquoted(text), unquoted(text.replace("+", " ")), text.lower())
    for form in dict.fromkeys(forms):
        yield form
        yield form.replace("\\", "\\\\").replace('"', '\\"')


def _without_echoes(text: str, echoes: list[str], pattern: re.Pattern[str]) -> str:
    """The text without what was sent and would itself be taken for a leak."""
    for echo in sorted(echoes, key=len, reverse=True):
        if echo in text and pattern.search(echo):
            text = text.replace(echo, " ")
    return text


def steady(text: str) -> str:
    """A bounded excerpt without what changes from run to run: addresses, ids, long numbers."""
    plain = " ".join(text.split())
    plain = re.sub(
        r"0x[0-9a-fA-F]+|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "…", plain
    )
    plain = re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b|(?<![\d.])\d{5,}", "…", plain)
    plain = re.sub(r"(/(?:tmp|run|proc|private)/)[\w.-]+", r"\1…", plain)
    return plain if len(plain) <= MOST_SHOWN else f"{plain[: MOST_SHOWN - 1]}…"


def values_of(path: str, headers: Headers, body: str) -> Iterator[str]:
    """Texts of a request: the parts of its path and query, its headers, its body and members."""
    plain, _, query = path.partition("?")
    yield plain
    yield from plain.split("/")
    for pair in query.split("&"):
        yield pair.partition("=")[2]
    yield from (value for _, value in headers)
    if body:
        yield body
        yield from (text for text, _ in texts_of(body))
