"""Writes what surrounds the judged tree before a release: documents, lists, a log, signatures."""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent

from bench import tree

REQUIREMENTS_EACH = 4  # of each of the thirty domains
TESTS_EACH = 5  # of each requirement
RISKS = 60
WORKFLOWS = 6
LEVELS = ("low", "medium", "high")
PROSE = (
    "What is kept here is decided once and told to nobody else, so that a reader finds one place "
    "for it. Whoever changes it changes the tests beside it, and says in the log what was done. "
)
TARGET = """\
name = "bench-release"

[code]
paths = ["src"]

[node]
paths = ["web/src"]
package = "web"

[openapi]
file = "openapi.json"

[requirements]

[risks]

[claims]

[absent]
service = "a tree that is only looked at"
staging = "nobody deploys it"
pipeline = "nobody builds it"
"""
LOCK = """\
{
  "name": "shop",
  "version": "1.0.0",
  "lockfileVersion": 3,
  "packages": {"": {"name": "shop", "version": "1.0.0"}}
}
"""
DOCKERFILE = """\
FROM python:3.12.8-slim-bookworm AS build
WORKDIR /build
COPY pyproject.toml README.md ./
COPY src ./src
RUN python -m venv /opt/shop && /opt/shop/bin/pip install --no-cache-dir .

FROM python:3.12.8-slim-bookworm
RUN useradd --system --uid 10001 shop
COPY --from=build /opt/shop /opt/shop
ENV PATH=/opt/shop/bin:$PATH
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s CMD ["python", "-m", "shop.alive"]
CMD ["python", "-m", "shop"]
"""
COMPOSE = """\
services:
  shop:
    build: .
    environment:
      SHOP_ORDERS_LIMIT: "20"
    volumes:
      - data:/data
  prometheus:
    image: prom/prometheus:v3.5.0
    depends_on:
      shop:
        condition: service_healthy
volumes:
  data:
"""
ALERTS = """\
groups:
  - name: shop
    rules:
      - alert: ShopSlow
        expr: histogram_quantile(0.95, sum by (le) (rate(http_seconds_bucket[5m]))) > 0.1
      - alert: ShopErrors
        expr: sum(rate(http_seconds_count{status=~"5.."}[5m])) > 1
      - alert: ShopDown
        expr: up{job="shop"} == 0
"""
DASHBOARD: dict[str, object] = {
    "title": "Shop",
    "panels": [
        {
            "title": f"Part {number}",
            "type": "timeseries",
            "targets": [{"expr": f'sum(rate(http_seconds_count{{part="{number}"}}[5m]))'}],
        }
        for number in range(24)
    ],
}


def write(root: Path) -> int:
    """Write the tree and its papers, a commit for each domain; returns its lines of Python.

    The commit before those of the domains bears the tag `base`.
    """
    tree.write(root)
    commit(root, dict(common()), "papers")
    tree.git(root, "tag", "base")
    log = "# Implementation log\n"
    for number, domain in enumerate(tree.DOMAINS, 1):
        log += section(number, domain)
        own = dict(of_domain(number, domain))
        commit(root, {**own, ".orchestration/implementation-log.md": log}, domain)
    return sum(file.read_text("utf-8").count("\n") for file in (root / "src").rglob("*.py"))


def commit(root: Path, files: Mapping[str, str | bytes], message: str) -> None:
    """Write these files and commit them."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    tree.git(root, "add", "-A")
    tree.git(root, "commit", "-q", "-m", message)


def common() -> Iterator[tuple[str, str]]:
    """What is there before the domains are done, by path."""
    yield "gatescore.toml", TARGET
    yield "gatescore/requirements.toml", requirements()
    yield "gatescore/risks.toml", risks()
    yield "reports/junit.xml", junit()
    yield "openapi.json", json.dumps(document(), indent=1) + "\n"
    yield ".env.example", "".join(f"# How many.\n{variable(one)}=20\n" for one in tree.DOMAINS)
    yield "web/package.json", '{"name": "shop", "version": "1.0.0", "private": true}\n'
    yield "web/package-lock.json", LOCK
    gets = (f"GET {{{{host}}}}/{one}\n" for one in tree.DOMAINS)
    yield "docs/requests.http", "\n###\n".join(gets)
    yield "Dockerfile", DOCKERFILE
    yield ".dockerignore", ".git\n.env\n"
    yield "compose.yaml", COMPOSE
    yield "deploy/alerts.yml", ALERTS
    yield "deploy/dashboard.json", json.dumps(DASHBOARD, indent=1) + "\n"
    for number in range(WORKFLOWS):
        yield f".github/workflows/part-{number}.yml", workflow(number)
    yield from documents()
    for domain in tree.DOMAINS:
        yield f"web/src/{domain}.ts", script(domain)


def variable(domain: str) -> str:
    """The environment variable that a domain reads."""
    return f"SHOP_{domain.upper()}_LIMIT"


def ids(domain: str) -> list[str]:
    """The requirements of a domain."""
    return [f"{domain.upper()}-{number}" for number in range(1, REQUIREMENTS_EACH + 1)]


def requirements() -> str:
    """The list of what was asked for; every second names a test, the others are named by tests."""
    parts = []
    for domain in tree.DOMAINS:
        for number, id in enumerate(ids(domain)):
            named = f'tests = ["{test_of(id, 0)}"]\n' if number % 2 else ""
            parts.append(
                f'[[requirements]]\nid = "{id}"\ntitle = "Shops keep {domain}, part {number}"\n'
                f'{named}[[requirements.criteria]]\nid = "{id}.1"\ntext = "None is lost"\n'
            )
    return "\n".join(parts)


def test_of(id: str, number: int) -> str:
    """The name of one of the tests of a requirement."""
    return f"test_{id.lower().replace('-', '_')}_{number}"


def junit() -> str:
    """The report of all tests, each with the requirement or the criterion that it shows."""
    cases = []
    for domain in tree.DOMAINS:
        for id in ids(domain):
            for number in range(TESTS_EACH):
                shown = f"{id}.1" if number % 2 else id
                names = f'classname="tests.test_{domain}" name="{test_of(id, number)}"'
                named = f'<property name="requirement" value="{shown}"/>'
                cases.append(f"<testcase {names}><properties>{named}</properties></testcase>\n")
    head = f'<testsuite name="shop" tests="{len(cases)}" failures="0" errors="0" skipped="0">'
    return f"<testsuites>{head}\n{''.join(cases)}</testsuite></testsuites>\n"


def risks() -> str:
    """The register: some grave, all with an owner and a mitigation."""
    return "\n".join(
        f'[[risks]]\nid = "R-{number:03}"\ndescription = "Part {number} is lost"\n'
        f"impact = {1 + number % 5}\nprobability = {1 + number % 3}\n"
        f'urgency = "{LEVELS[number % 3]}"\nopened = 2024-02-05\nowner = "Ada Example"\n'
        'mitigation = "A copy of it every hour, restored once in each quarter"\n'
        'status = "mitigated"\n'
        for number in range(1, RISKS + 1)
    )


def document() -> dict[str, object]:
    """The OpenAPI document: three operations of each domain."""
    paths: dict[str, object] = {}
    for domain in tree.DOMAINS:
        paths[f"/{domain}"] = {
            "get": operation(f"list_{domain}", 200),
            "post": operation(f"create_{domain}", 201, body=True),
        }
        key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        one = operation(f"show_{domain}", 200)
        paths[f"/{domain}/{{id}}"] = {"get": one | {"parameters": [key | {"example": 1}]}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "shop", "version": "1.0.0"},
        "paths": paths,
        "security": [{"bearer": []}],
        "components": {
            "schemas": {"Part": {"type": "object", "properties": {"id": {"type": "integer"}}}},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def operation(id: str, status: int, *, body: bool = False) -> dict[str, object]:
    """One operation with all that is asked of it."""
    example = {"id": 1}
    content = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Part"}, "example": example}
    }
    found: dict[str, object] = {
        "operationId": id,
        "summary": id.replace("_", " "),
        "description": PROSE,
        "responses": {
            str(status): {"description": "It worked.", "content": content},
            "401": {"description": "Nobody is logged in.", "content": content},
            "422": {"description": "The request is not understood.", "content": content},
        },
    }
    return found | ({"requestBody": {"content": content}} if body else {})


def workflow(number: int) -> str:
    """A workflow with two jobs."""
    return dedent(f"""\
        name: part {number}
        on: [push]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@v5.0.0
              - run: python -m shop.part_{number}
          image:
            needs: test
            runs-on: ubuntu-24.04
            steps:
              - run: docker build .
        """)


def documents() -> Iterator[tuple[str, str]]:
    """The documents for people, each with links to others; one of each domain besides."""
    parts = "\n".join(f"- [{one}](docs/parts/{one}.md#rules)" for one in tree.DOMAINS)
    setup = "## Set-up\n\n```sh\npython -m venv .venv\n. .venv/bin/activate\npip install .\n```\n"
    yield "README.md", f"# shop\n\n{PROSE}\n\n{setup}\n## Parts\n\n{parts}\n"
    yield "CHANGELOG.md", f"# Changelog\n\n## 1.0.0 - 2026-01-12\n\n{PROSE}\n"
    for name in ("architecture", "troubleshooting", "known-issues", "next-steps"):
        yield f"docs/{name}.md", f"# {name}\n\n{PROSE}\n\nSee [the runbook](runbook.md#stop).\n"
    yield "docs/runbook.md", f"# Runbook\n\n{PROSE}\n\n## Stop\n\n```sh\nkill -TERM 1\n```\n"
    yield "docs/integration-contract.md", contract()
    for number, domain in enumerate(tree.DOMAINS):
        others = tree.DOMAINS[max(0, number - 8) : number]
        links = "\n".join(f"- [{one}]({one}.md#rules), see {PROSE}" for one in others) or PROSE
        text = f"# {domain}\n\n{PROSE}\n\n## Rules\n\n{PROSE}\n\n## Beside\n\n{links}\n"
        code = f"[its code](../../src/shop/{domain}/service.py)"
        yield f"docs/parts/{domain}.md", f"{text}\n## Code\n\n{code}: {PROSE}\n"


def contract() -> str:
    """The integration contract with a row for each operation."""
    rows = "\n".join(
        f"| `GET /{one}` | 200 | 401, 422 |\n| `POST /{one}` | 201 | 401, 422 |\n"
        f"| `GET /{one}/{{id}}` | 200 | 401, 422 |"
        for one in tree.DOMAINS
    )
    return (
        f"# Integration contract\n\n## Base URL and version\n\n{PROSE}\n\n"
        f"## Authentication flow\n\nSend `Authorization: Bearer TOKEN`. {PROSE}\n\n"
        f"## Operations\n\n| operation | success | others |\n|---|---|---|\n{rows}\n\n"
        f"## Errors\n\n{PROSE}\n\n## Limits\n\n{PROSE}\n"
    )


def script(domain: str) -> str:
    """A module of the web side, which reads a variable by its name and one by destructuring."""
    shown = "\n".join(
        f"export const part{number} = (given: number): number => given + {number};"
        for number in range(60)
    )
    name = variable(domain)
    return f"const {{ {name}: limit }} = process.env;\nexport const LIMIT = limit;\n{shown}\n"


def of_domain(number: int, domain: str) -> Iterator[tuple[str, str | bytes]]:
    """What the work on one domain adds to the tree, by path."""
    yield f"src/shop/{domain}/settings.py", settings(domain)
    record = f"# {number}. {domain.capitalize()} are kept in memory\n\n"
    state = f"- Status: accepted\n- Date: 2026-01-05\n\n## Context\n\n{PROSE}\n"
    yield f"docs/decisions/{number:04}-{domain}.md", record + state
    yield f".orchestration/evidence/{domain}.json", '{"status": 200}\n'
    yield f".orchestration/evidence/{domain}.png", picture(number)


def settings(domain: str) -> str:
    """A module that reads the environment."""
    return dedent(f'''\
        """What people may set of {domain}."""

        import os

        DEFAULT = 20


        def limit() -> int:
            """How many are shown at once."""
            return int(os.environ.get("{variable(domain)}", DEFAULT))
        ''')


def section(number: int, domain: str) -> str:
    """What the log says of a domain: five claims, and a sentence."""
    folder = f"src/shop/{domain}"
    one = domain.removesuffix("s")
    return dedent(f"""\

        ## {domain.capitalize()}
        - #FILE_CREATED: {folder}/settings.py (11 lines), reads {variable(domain)}
          Methods: limit
          Dependencies: os
          Routes: GET /{domain}, POST /{domain}
          Verification: `grep -q "def limit" {folder}/settings.py`
        - #PATH_DECISION: kept in memory, see docs/decisions/{number:04}-{domain}.md
          Methods: limit, sizes
          Verification: `test -s docs/decisions/{number:04}-{domain}.md`
        - #COMPLETION_DRIVE: nobody reads a {one} without its service
          Verification: `grep -rqE "class [A-Z][a-z]+(Service|Storage)" src/shop`
        - #SCREENSHOT_CLAIMED: .orchestration/evidence/{domain}.json
          Shows: {folder}/settings.py
          Verification: `grep -q status .orchestration/evidence/{domain}.json`
        - #SCREENSHOT_CLAIMED: .orchestration/evidence/{domain}.png
          Shows: {folder}/settings.py
        - The gate results passes for {domain}.
        """)


def picture(number: int, width: int = 640, height: int = 400) -> bytes:
    """A PNG of one grey with a line of another."""
    rows = b"".join(b"\0" + bytes([255 if row == number else 128]) * width for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
