"""What a reviewer of JavaScript and TypeScript stops at: each planted, and each beside its twin."""

import pytest

from gates.core.model import Severity
from gates.tools import eslint_review

HEAD = (
    "import fs, { readFileSync } from 'node:fs';\nimport https from 'node:https';\n"
    "import axios from 'axios';\nimport { createHash, createCipheriv } from 'node:crypto';\n"
    "export const used = [fs, readFileSync, https, axios, createHash, createCipheriv];\n"
)
BRANCHES = " ".join(f"if (x === {n}) return {n};" for n in range(10))
# metric: body of an async function f(x, db, app) that has one such defect on line 7
FOUND = {
    "complexity": [f"{BRANCHES} return x;"],
    "silent_failures": [
        "try { x(); } catch {}",
        "try { x(); } catch (error) { /* nothing */ }",
        "return x().catch(() => {});",
        "return x().catch(() => undefined);",
        "return x().then(db, () => null);",
    ],
    "blocking_io": [
        "return readFileSync('a');",
        "return fs.existsSync('a');",
        "return [1].map(() => fs.statSync('a'));",
    ],
    "no_timeout": [
        "return fetch('https://books.example/');",
        "return fetch('https://books.example/', { method: 'POST' });",
        "return axios.get('https://books.example/');",
        "return axios({ url: 'https://books.example/' });",
        "return https.get('https://books.example/');",
    ],
    "weak_crypto": [
        "return createHash('md5');",
        "return createHash('SHA1');",
        "return createCipheriv('des-ede3-cbc', x, db);",
        "return createCipheriv('aes-128-ecb', x, null);",
        "return { minVersion: 'TLSv1.1' };",
    ],
    "sql_in_routes": [
        "app.get('/a', (r) => db.query('SELECT * FROM books WHERE id = ?', [r]));",
        "app.post('/a', () => db.execute({ sql: 'INSERT INTO books VALUES (?)' }));",
        "app.get('/a', () => prisma.book.findMany());",
        "app.get('/a', () => Book.findAll());",
        "app.delete('/a', () => sql`DELETE FROM books`);",
    ],
}
TWINS = [
    f"{BRANCHES.replace('if (x === 0) return 0; ', '')} return x;",
    "try { x(); } catch (error) { db.log(error); }",
    "return x().catch((error) => db.log(error));",
    "return x().then(db, (error) => app.log(error));",
    "return fs.promises.readFile('a');",
    "return fetch('https://books.example/', { signal: AbortSignal.timeout(1000) });",
    "const o = { signal: AbortSignal.timeout(9) }; return fetch('https://books.example/', o);",
    "return axios.get('https://books.example/', { timeout: 1000 });",
    "return https.get('https://books.example/', { timeout: 1000 });",
    "return x.fetch('https://books.example/');",
    "return createHash('sha256');",
    "return createCipheriv('aes-256-gcm', x, db);",
    "return { minVersion: 'TLSv1.2' };",
    "return db.query('SELECT * FROM books WHERE id = ?', [x]);",
    "app.get('/a', () => BookService.findAll());",
    "app.get('/a', () => db.get('books'));",
]


def source(body):
    return f"{HEAD}export async function f(x, db, app) {{\n  {body}\n}}\n"


@pytest.mark.parametrize("metric", FOUND)
def test_planted_defects_are_found_where_they_are(report_of, metric):
    files = {f"src/a{n}.js": source(body) for n, body in enumerate(FOUND[metric])}
    report = report_of(eslint_review, files)
    name = f"review.{metric}"
    line = 6 if metric == "complexity" else 7
    assert [(f.path, f.line, f.metric) for f in report.findings] == [
        (f"src/a{n}.js", line, name) for n in range(len(FOUND[metric]))
    ]
    values = {one: measured.value for one, measured in report.measurements.items()}
    assert values == dict.fromkeys(eslint_review.METRICS, 0) | {name: len(FOUND[metric])}


def test_their_twins_are_not_found(report_of):
    report = report_of(eslint_review, {f"src/a{n}.js": source(b) for n, b in enumerate(TWINS)})
    assert [(f.path, f.rule) for f in report.findings] == []
    assert report.examined == len(TWINS)


def test_blocking_is_fine_before_anybody_waits(report_of):
    text = "import fs from 'node:fs';\nexport const page = fs.readFileSync('a');\n"
    named = f"{text}export function load() {{\n  return fs.readFileSync('b');\n}}\n"
    assert report_of(eslint_review, {"src/a.js": named}).findings == ()


def test_blocking_in_a_handler_that_is_not_async_is_found(report_of):
    text = (
        "import fs from 'node:fs';\nexport const f = (app) =>\n"
        "  app.get('/a', (req, res) => res.send(fs.readFileSync('b')));\n"
    )
    report = report_of(eslint_review, {"src/a.js": text})
    assert [(f.rule, f.line) for f in report.findings] == [("gatescore/blocking-io", 3)]


def test_a_file_below_routes_is_a_route_module(report_of):
    text = "export const all = (db) => db.prepare('SELECT * FROM books').all();\n"
    report = report_of(eslint_review, {"src/routes/books.js": text, "src/store.js": text})
    assert [f.path for f in report.findings] == ["src/routes/books.js"]


def test_typescript_files_are_named_in_kebab_case(report_of):
    good = ("book-store.ts", "a.test.ts", "user.service.ts", "v2.d.ts", "[id].ts", "Old.js")
    bad = ("BookStore.ts", "book_store.ts", "book--store.ts", "user.Service.ts")
    files = {f"src/{name}": "export {};\n" for name in (*good, *bad)}
    report = report_of(eslint_review, files)
    assert {f.path for f in report.findings} == {f"src/{name}" for name in bad}
    assert {(f.metric, f.severity) for f in report.findings} == {("review.names", Severity.INFO)}
