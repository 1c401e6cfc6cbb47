"""`gatescore init` on repositories of many shapes: its file works without a hand laid on it."""

import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from gates import cli
from gates.core.plan import plan
from gates.core.target import Target
from gates.shell import config
from gates.shell.bundled import example_folder
from gates.shell.cancellation import Cancellation
from gates.shell.service import running
from tests.docs.pages import DOCS, blocks
from tests.faults.cli import committed

EXAMPLES = Path(__file__).parents[2] / "examples"
UVICORN = ("--host", "127.0.0.1", "--port", "{port}")
FASTAPI = """
from fastapi import APIRouter, FastAPI
from app.settings import Settings
router = APIRouter(prefix="/api")
@router.get("/healthz")
def health(): return {"status": "ok"}
app = FastAPI(title="Orders")
app.include_router(router)
"""
SETTINGS = """
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ORDERS_")
    database_url: str = "sqlite+aiosqlite:///./orders.db"
    jwt_secret: str
    page_size: int = 20
"""
UV = """
[project]
name = "orders"
version = "0"
dependencies = ["fastapi>=0.115", "uvicorn[standard]", "pydantic-settings"]
[dependency-groups]
dev = ["pytest>=8", "pytest-cov", "httpx"]
[tool.ruff]
"""
FLASK = """
from flask import Flask, jsonify
def create_app(config=None):
    app = Flask(__name__)
    @app.route("/health")
    def health():
        return jsonify(status="ok")
    return app
"""
POETRY = """
[tool.poetry]
name = "polls-site"
version = "0.1.0"
package-mode = false
[tool.poetry.dependencies]
python = "^3.11"
django = "^5.1"
gunicorn = "^23.0"
[tool.poetry.group.dev.dependencies]
pytest = "^8.3"
pytest-django = "^4.9"
coverage = "*"
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""
MANAGE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
"""
DJANGO_SETTINGS = """
SECRET_KEY = "x"
ROOT_URLCONF = "mysite.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.%s", "NAME": "db"}}
"""
URLS = """
from django.urls import path
from polls import views
urlpatterns = [path("polls/", views.index), path("health/", views.health)]
"""
LITESTAR = """
from litestar import Litestar, get
@get("/ready")
async def ready() -> str: return "ok"
app = Litestar([ready])
"""
STARLETTE = """
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
async def home(request): return PlainTextResponse("hello")
app = Starlette(routes=[Route("/", home)])
"""
EXPRESS = """
const express = require("express");
const app = express();
app.get("/livez", (req, res) => res.json({ status: "ok" }));
app.listen(process.env.PORT || 3000);
"""
FASTIFY = """
import Fastify from "fastify";
import swaggerUi from "@fastify/swagger-ui";
const app = Fastify();
await app.register(swaggerUi, { routePrefix: "/docs" });
app.get("/health", async () => ({ status: "ok" }));
await app.listen({ port: Number(process.env["PORT"] ?? 3000), host: "127.0.0.1" });
"""
NEST = """
import { NestFactory } from "@nestjs/core";
const app = await NestFactory.create(AppModule);
SwaggerModule.setup("api", app, document);
await app.listen(process.env.PORT ?? 3000);
"""
POSTGRES = "import os\nURL = os.environ['DATABASE_URL']\n"


class Case(NamedTuple):
    """A repository, and what its target file has to say."""

    files: dict[str, str]
    start: tuple[str, ...] = ()
    health: str = ""
    document: str = ""
    tests: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    generated: tuple[str, ...] = ()
    migrate: tuple[str, ...] = ()
    root: str = "."
    blocked: str = ""


def node(scripts: str, *packages: str) -> dict[str, str]:
    """package.json and its lock."""
    required = ", ".join(f'"{name}": "1"' for name in packages)
    package = f'{{"name": "shop", "scripts": {scripts}, "dependencies": {{{required}}}}}'
    return {"package.json": package, "package-lock.json": "{}"}


CASES = {
    "fastapi-uv": Case(
        {
            "pyproject.toml": UV,
            "uv.lock": "",
            "app/__init__.py": "",
            "app/main.py": FASTAPI,
            "app/settings.py": SETTINGS,
            "migrations/README": "",
            "tests/test_a.py": "",
            "Dockerfile": "FROM python\n",
        },
        start=("{python}", "-m", "uvicorn", "app.main:app", *UVICORN),
        health="/api/healthz",
        document="/openapi.json",
        tests=("tests",),
        packages=(
            *("fastapi>=0.115", "uvicorn[standard]", "pydantic-settings"),
            *("pytest>=8", "pytest-cov", "httpx"),
        ),
        env=(("ORDERS_DATABASE_URL", "sqlite+aiosqlite:///{state}/orders.db"),),
        generated=("ORDERS_JWT_SECRET",),
    ),
    "flask-pip": Case(
        {
            "requirements.txt": "flask==3.1.0\ngunicorn==23.0.0\n",
            "requirements-dev.txt": "pytest==8.3.4\ncoverage==7.6.1\n",
            "shop/__init__.py": FLASK,
            "tests/test_shop.py": "",
            "Procfile": "web: gunicorn 'shop:create_app()'\n",
        },
        start=("{python}", "-m", "gunicorn", "--bind", "127.0.0.1:{port}", "shop:create_app()"),
        health="/health",
        tests=("tests",),
    ),
    "django-poetry": Case(
        {
            "pyproject.toml": POETRY,
            "poetry.lock": "",
            "manage.py": MANAGE,
            "mysite/__init__.py": "",
            "mysite/settings.py": DJANGO_SETTINGS % "sqlite3",
            "mysite/urls.py": URLS,
            "mysite/wsgi.py": "application = None\n",
            "polls/__init__.py": "",
            "polls/views.py": "",
            "tests/test_polls.py": "",
        },
        start=(
            *("{python}", "-m", "gunicorn", "--bind", "127.0.0.1:{port}"),
            "mysite.wsgi:application",
        ),
        health="/health/",
        tests=("tests",),
        packages=(
            *("django>=5.1,<6", "gunicorn>=23.0,<24"),
            *("pytest>=8.3,<9", "pytest-django>=4.9,<5", "coverage"),
        ),
        migrate=("{python}", "manage.py", "migrate", "--noinput"),
    ),
    "django-on-postgresql": Case(
        {
            "requirements.txt": "django==5.1\npsycopg==3.2\n",
            "manage.py": MANAGE,
            "mysite/__init__.py": "",
            "mysite/settings.py": DJANGO_SETTINGS % "postgresql",
            "mysite/urls.py": URLS,
        },
        blocked="a running postgresql server",
    ),
    "litestar": Case(
        {"requirements.txt": "litestar[standard]==2.13\n", "main.py": LITESTAR},
        start=("{python}", "-m", "uvicorn", "main:app", *UVICORN),
        health="/ready",
        document="/schema/openapi.json",
    ),
    "starlette-src": Case(
        {
            "requirements.txt": "starlette==0.41\nhypercorn==0.17\n",
            "src/shop/web.py": STARLETTE,
        },
        start=("{python}", "-m", "hypercorn", "--bind", "127.0.0.1:{port}", "shop.web:app"),
        health="/",
        env=(("PYTHONPATH", "src"),),
    ),
    "express": Case(
        {**node('{"start": "node index.js"}', "express"), "index.js": EXPRESS},
        start=("{node}", "index.js"),
        health="/livez",
        env=(("PORT", "{port}"),),
    ),
    "fastify-typescript": Case(
        {
            **node('{"start": "tsx src/server.ts"}', "fastify", "@fastify/swagger-ui", "vitest"),
            "src/server.ts": FASTIFY,
            "test/a.test.ts": "",
        },
        start=("{node}", "--import", "tsx", "src/server.ts"),
        health="/health",
        document="/docs/json",
        tests=("test",),
        env=(("PORT", "{port}"),),
    ),
    "nest": Case(
        {
            **node('{"build": "nest build", "start:prod": "node dist/main"}', "@nestjs/core"),
            "src/main.ts": NEST,
        },
        start=("{node}", "dist/main"),
        health="/api-json",
        document="/api-json",
        env=(("PORT", "{port}"),),
        migrate=("npm", "run", "build"),
    ),
    "library": Case(
        {
            "pyproject.toml": '[build-system]\nbuild-backend = "hatchling.build"\n'
            '[project]\nname = "pad"\noptional-dependencies.dev = ["pytest", "coverage"]\n',
            "src/pad/__init__.py": "",
            "tests/test_pad.py": "",
        },
        tests=("tests",),
        packages=(".[dev]",),
    ),
    "monorepo": Case(
        {
            "README.md": "",
            "docs/conf.py": "",
            "services/orders/requirements.txt": "fastapi==0.115\nuvicorn==0.32\n",
            "services/orders/web/package.json": "{}",
            "services/orders/web/page.js": "",
            "services/orders/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        },
        start=("{python}", "-m", "uvicorn", "main:app", *UVICORN),
        health="/openapi.json",
        document="/openapi.json",
        root="services/orders",
    ),
    "needs-a-database": Case(
        {
            "requirements.txt": "flask\n",
            "app.py": f"{POSTGRES}from flask import Flask\napp = Flask(__name__)\n"
            "@app.get('/health')\ndef health(): return 'ok'\n",
            ".env.example": "DATABASE_URL=postgresql://localhost/shop\n",
        },
        blocked="DATABASE_URL (app.py:2)",
    ),
    "factory-with-arguments": Case(
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "main.py": "import fastapi\ndef create_app(settings):\n    return fastapi.FastAPI()\n",
        },
        blocked="main:create_app needs arguments",
    ),
    "no-server": Case(
        {"requirements.txt": "fastapi\n", "main.py": "import fastapi\napp = fastapi.FastAPI()\n"},
        blocked="no server such as uvicorn",
    ),
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def made(folder: Path) -> Target:
    """The target of the file that it writes: it plans at every level, under either policy."""
    assert cli.main(["init", str(folder)]) == 0
    target = config.read_target(folder).target
    for policy in ("starter", "standard"):
        read = config.read_policy(policy).policy
        for level in (1, 2, 3):
            assert plan(target, read, config.read_profile("ci"), level=level).gates
    return target


@pytest.mark.parametrize("name", CASES)
def test_the_file_says_how_the_service_is_started_asked_and_tested(
    tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    committed(write(tmp_path, case.files))
    target = made(tmp_path)
    service, openapi = target.service, target.openapi
    source = target.code or target.node
    assert source is not None
    assert (service.start if service else ()) == case.start
    assert (service.health if service else "") == case.health
    assert (openapi.path if openapi else "") == case.document
    assert source.tests == case.tests
    assert (target.code.packages if target.code else ()) == case.packages
    assert (service.env if service else {}) == dict(case.env)
    assert (service.env_generate if service else ()) == case.generated
    assert (service.migrate if service else ()) == case.migrate
    assert target.root == case.root
    assert case.blocked in target.absent.get("service", "")


def test_a_service_that_cannot_be_started_is_described_as_a_comment(tmp_path: Path) -> None:
    made(write(tmp_path, CASES["needs-a-database"].files))
    said = (tmp_path / "gatescore.toml").read_text()
    assert '# health = "/health"\n' in said
    assert '# env = { DATABASE_URL = "" }\n' in said
    assert "\n[service]" not in said


def test_each_line_of_the_service_says_where_it_is_from(tmp_path: Path) -> None:
    made(write(tmp_path, CASES["fastapi-uv"].files))
    said = (tmp_path / "gatescore.toml").read_text()
    assert "# FastAPI: app/main.py:7 makes the FastAPI application; uvicorn is required\n" in said
    assert '# app/main.py:5\nhealth = "/api/healthz"\n' in said
    assert "# Not used, for presets of gatescore decide: pyproject.toml (ruff).\n" in said
    assert "# The gate deployment finds Dockerfile by itself.\n" in said
    assert "uv export --format requirements.txt" in said


def test_several_services_are_a_choice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "services/a/requirements.txt": "",
        "services/a/main.py": "",
        "services/b/package.json": "{}",
        "services/b/index.js": "",
    }
    assert cli.main(["init", str(write(tmp_path, files))]) == 2
    said = capsys.readouterr().err
    assert f"gatescore init {tmp_path}/services/a\n" in said
    assert f"gatescore init {tmp_path}/services/b\n" in said


def test_a_frontend_without_a_lock_does_not_keep_a_python_service_from_its_file(
    tmp_path: Path,
) -> None:
    files = {"app.py": "", "package.json": "{}", "web/index.js": "", "yarn.lock": ""}
    assert made(write(tmp_path, files)).node is None


@pytest.mark.parametrize("name", ["bookstore", "bookstore-ts"])
def test_what_it_finds_of_the_examples_is_what_they_say_themselves(
    tmp_path: Path, name: str
) -> None:
    folder = EXAMPLES / name if name != "bookstore" else example_folder()
    hand = config.read_target(folder).target
    keep = shutil.ignore_patterns("gatescore.toml", "node_modules", ".gatescore", "__pycache__")
    found = made(Path(shutil.copytree(folder, tmp_path / name, ignore=keep)))
    assert found.service is not None and hand.service is not None
    assert found.service.start == hand.service.start
    assert found.service.health == hand.service.health
    assert set(found.service.env_generate) == set(hand.service.env_generate)
    assert found.openapi == hand.openapi
    for one, other in ((found.code, hand.code), (found.node, hand.node)):
        assert (one.tests if one else ()) == (other.tests if other else ())
    assert found.dependencies is not None and hand.dependencies is not None
    assert found.dependencies.files == hand.dependencies.files


SERVER = '''
"""Serve."""
import argparse, json
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    HTTPServer(("127.0.0.1", parser.parse_args().port), Answer).serve_forever()
'''
NODE_SERVER = """
const http = require("http");
http.createServer((request, response) => {
  response.statusCode = request.url === "/health" ? 200 : 404;
  response.end();
}).listen(Number(process.env.PORT), "127.0.0.1");
"""


@pytest.mark.parametrize(
    "files",
    [
        {"main.py": SERVER},
        {"requirements.txt": "flask\n", "shop/__init__.py": FLASK},
        {**node('{"start": "node a.js"}'), "a.js": NODE_SERVER},
    ],
    ids=["python", "flask", "node"],
)
def test_the_service_starts_and_is_healthy_as_the_file_says(
    tmp_path: Path, files: dict[str, str]
) -> None:
    service = made(write(tmp_path / "tree", files)).service
    assert service is not None
    cancel = Cancellation()
    with running(
        service,
        tree=tmp_path / "tree",
        python=sys.executable,
        env={"PATH": os.environ["PATH"]},
        variables={},
        output=tmp_path / "out",
        cancel=cancel,
        node=shutil.which("node") or "",
    ) as found:
        assert found.ready_s is not None
    cancel.close()


def test_the_page_shows_what_is_written_for_its_service(tmp_path: Path) -> None:
    shown = {block.title: block.text for block in blocks(DOCS / "getting-started.md")}
    files = {name: text for name, text in shown.items() if name and name != "gatescore.toml"}
    made(write(tmp_path, {**files, "uv.lock": "", "tests/test_health.py": ""}))
    assert shown["gatescore.toml"] in (tmp_path / "gatescore.toml").read_text()
