"""What error answers tell: texts that runtimes and drivers really print, and clean ones beside."""

import json

import pytest

from gates.core import error_leaks
from gates.core.error_leaks import leaks, steady, values_of

TRACES = {
    "Python": 'Traceback (most recent call last):\n  File "/srv/api/app.py", line 12, in get\n'
    "    return BOOKS[key]\nKeyError: 7",
    "Java": "java.lang.NullPointerException: Cannot invoke\n"
    "\tat com.example.shop.BookService.find(BookService.java:42)\n",
    "JavaScript": "TypeError: Cannot read properties of undefined (reading 'id')\n"
    "    at getBook (/usr/src/app/routes/books.js:17:23)\n    at next (node:internal/x:1:2)",
    ".NET": "System.NullReferenceException: Object reference not set\n"
    "   at Shop.Books.Get(Int32 id) in C:\\src\\Shop\\Books.cs:line 31",
    "PHP": "<b>Fatal error</b>: Uncaught Error: Call to undefined function f() in "
    "/var/www/html/index.php:3 on line <b>3</b>",
    "Go": "panic: runtime error: index out of range [5]\n\ngoroutine 18 [running]:\nmain.get",
    "Ruby": "app/controllers/books_controller.rb:12:in `show'",
}
SQL = (
    'psycopg2.errors.UniqueViolation: duplicate key value violates unique constraint "books_isbn"',
    "sqlite3.OperationalError: no such table: books",
    "SQLSTATE[42S02]: Base table or view not found: 1146",
    "ORA-00942: table or view does not exist",
    'near "\'": syntax error',
    "UNIQUE constraint failed: books.isbn",
    "You have an error in your SQL syntax; check the manual",
    "SELECT id, title FROM books WHERE id = 7",
    "(sqlalchemy.exc.IntegrityError) INSERT INTO books (isbn) VALUES (?)",
    'ERROR: relation "books" does not exist',
    "SequelizeDatabaseError: SQLITE_ERROR: no such column: x",
)
PATHS = (
    "No such file: /usr/local/lib/app/config.yaml",
    "cannot open /home/deploy/bookstore/settings",
    "missing C:\\inetpub\\wwwroot\\shop\\web.config",
    "in node_modules/express",
    "/app/data/bookstore.db is locked",
    "open /etc/shop/key.pem: permission denied",
)
BANNERS = (
    "<address>Apache Tomcat/9.0.71</address>",
    "You're seeing this error because you have <code>DEBUG = True</code>",
    "<h1>Whitelabel Error Page</h1>",
    "Werkzeug/2.3.1",
    "<center>nginx/1.25.3</center>",
)
CLEAN = (
    json.dumps(
        {"error": {"code": "not_found", "message": "There is no such book.", "details": []}}
    ),
    json.dumps({"type": "https://api.example/problems/out-of-stock", "title": "Out of stock"}),
    json.dumps({"errors": [{"pointer": "/data/attributes/home/address.json", "detail": "bad"}]}),
    json.dumps({"detail": [{"loc": ["body", "title"], "msg": "Field required"}]}),
    json.dumps({"message": "Please select a book from the list, then update your order."}),
    json.dumps({"message": "Insert into the basket first; delete from it later."}),
    json.dumps({"message": "Only a file at a path such as images/cover.png is accepted."}),
    json.dumps({"error": "not found", "code": "E404", "path": "/home/deploy/unknown"}),
    json.dumps({"message": "Use /v1/books/{id} or /users/7 instead.", "trace_id": "4bf92f3577b3"}),
    json.dumps({"message": "The date must be at (YYYY-MM-DD), e.g. 2026-01-02."}),
    json.dumps({"message": "An error: see https://docs.example/usr/local/errors.html"}),
    "<html><body><h1>404 Not Found</h1><hr>the proxy</body></html>",
    "Not Found",
    "",
)


def found(body: str, *, sent: str = "", headers: error_leaks.Headers = ()) -> set[tuple[str, str]]:
    return {(leak.rule, leak.kind) for leak in leaks(body, headers, [sent], ["/v1/books/"])}


@pytest.mark.parametrize("language", TRACES)
@pytest.mark.parametrize("wrapped", ["{}", "<pre>{}</pre>", "json"])
def test_traces_of_every_runtime(language: str, wrapped: str) -> None:
    trace = TRACES[language]
    body = json.dumps({"error": {"trace": trace}}) if wrapped == "json" else wrapped.format(trace)
    kinds = found(body)
    assert ("errors.stack-trace", language) in kinds
    assert "errors.path" not in {rule for rule, _ in kinds}, "the paths are part of the trace"


@pytest.mark.parametrize("text", SQL)
def test_words_of_databases(text: str) -> None:
    assert ("errors.sql", "SQL") in found(json.dumps({"error": text}))


@pytest.mark.parametrize("text", PATHS)
def test_paths_of_files(text: str) -> None:
    assert found(json.dumps({"error": text})) == {("errors.path", "file path")}


@pytest.mark.parametrize("text", BANNERS)
def test_banners(text: str) -> None:
    assert found(text) == {("errors.banner", "framework")}


@pytest.mark.parametrize("body", CLEAN)
def test_answers_that_tell_nothing(body: str) -> None:
    assert found(body) == set()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("Server", "Werkzeug/2.3.1 Python/3.11.7", True),
        ("server", "nginx/1.25.3", True),
        ("Server", "uvicorn", False),
        ("Server", "bookstore", False),
        ("X-Powered-By", "Express", True),
        ("X-AspNet-Version", "4.0.30319", True),
        ("X-Request-ID", "1.2.3", False),
        ("Content-Type", "application/vnd.api.v1.2+json", False),
    ],
)
def test_headers_of_error_answers(name: str, value: str, told: bool) -> None:
    rules = {rule for rule, _ in found("{}", headers=((name, value),))}
    assert rules == ({"errors.banner"} if told else set())


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        ("/etc/passwd.conf", json.dumps({"message": "/etc/passwd.conf is no author"})),
        ("' UNION SELECT name FROM users --", "no book: ' UNION SELECT name FROM users --"),
        ("SELECT 1 FROM a", json.dumps({"message": 'no "SELECT 1 FROM a" here'})),
        ("%2Fetc%2Fshadow.conf", "no /etc/shadow.conf"),
        ("C:\\Windows\\win.ini", json.dumps({"m": "no C:\\Windows\\win.ini"})),
        ("java.lang.IllegalStateException", "unknown: java.lang.IllegalStateException"),
    ],
)
def test_what_was_sent_and_comes_back_is_no_leak(sent: str, body: str) -> None:
    assert found(body, sent=sent) == set()
    assert found(body, sent="something else") != set()


def test_a_leak_beside_an_echo_is_still_one() -> None:
    body = json.dumps({"message": "/etc/hosts.conf: sqlite3.OperationalError: no such table: x"})
    assert found(body, sent="/etc/hosts.conf") == {("errors.sql", "SQL")}


def test_paths_of_the_document_are_no_files() -> None:
    body = json.dumps({"message": "see /srv/books/list.json"})
    assert leaks(body, (), [], ["/srv/books"]) == []
    assert leaks(body, (), [], ["/v1/books"]) != []


def test_excerpts_are_bounded_and_steady() -> None:
    assert len(steady("x" * 5000)) == error_leaks.MOST_SHOWN
    one, two = (
        "at 0x7f3a9c in /tmp/run-91/a id 123456789",
        "at 0x7fffff in /tmp/run-17/a id 987654321",
    )
    assert steady(one) == steady(two)


def test_the_texts_of_a_request() -> None:
    body = '{"title": "Emma", "n": 1}'
    texts = set(values_of("/v1/books/7?q=a%20b&x=", (("X-A", "h"),), body))
    assert {"/v1/books/7", "7", "a%20b", "h", body, "Emma"} <= texts


@pytest.mark.parametrize("text", ["at " * 20000, "a." * 30000, "x" * 60000])
def test_long_answers_that_repeat_themselves_tell_nothing(text: str) -> None:
    """And are read in passing: a pattern that backtracks would not come to an end here."""
    assert found(text) == set()
