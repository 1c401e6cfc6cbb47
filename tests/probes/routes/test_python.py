"""The route tables of FastAPI, Starlette and Flask programs, read from their source."""

import pytest

from gates.probes._routes_python import table


def file(name):
    name = name.removesuffix("__init__") + "INIT" if name.endswith("__init__") else name
    return name.replace("__", "/").replace("INIT", "__init__") + ".py"


def routes(**files):
    """(methods, path) of every route; keys are files, a double underscore is a slash."""
    found = table({file(name): text for name, text in files.items()})
    assert found is not None
    return {(",".join(one.methods), one.path) for one in found.routes}


def notes(**files):
    found = table({file(name): text for name, text in files.items()})
    assert found is not None
    assert found.whole is not bool(found.notes)
    return found.notes


FAST = "from fastapi import APIRouter, FastAPI\n"


def test_an_application_and_its_decorators():
    text = """
app = FastAPI()
@app.get("/a")
async def a(): ...
@app.api_route("/b/{id}", methods=["PUT", "patch"])
def b(id): ...
@app.websocket("/ws")
def w(): ...
@app.exception_handler(ValueError)
def e(): ...
"""
    assert routes(main=FAST + text) == {("GET", "/a"), ("PATCH,PUT", "/b/{id}")}


def test_prefixes_of_routers_and_of_includes_add_up():
    books = 'router = APIRouter(prefix="/books")\n@router.get("/{id}")\ndef one(id): ...\n'
    main = (
        "from .api import books\napp = FastAPI()\napp.include_router(books.router, prefix='/v1')\n"
    )
    found = routes(app__main=FAST + main, app__api__books=FAST + books, app__api____init__="")
    assert found == {("GET", "/v1/books/{id}")}


IMPORTS = [
    "from shop.api.books import router as r",
    "from .api.books import router as r",
    "import shop.api.books\nr = shop.api.books.router",
    "from shop.api import r",
    "from shop import api\nr = api.books.router",
]


@pytest.mark.parametrize("imported", IMPORTS)
def test_routers_are_found_however_they_are_imported(imported):
    found = routes(
        src__shop__main=f"{FAST}{imported}\napp = FastAPI()\napp.include_router(r)\n",
        src__shop____init__="",
        src__shop__api____init__="from . import books\nfrom .books import router as r\n",
        src__shop__api__books=FAST + "router = APIRouter()\n@router.post('/x')\ndef x(): ...\n",
    )
    assert found == {("POST", "/x")}


def test_constants_settings_and_formatted_texts_are_followed():
    settings = """
from pydantic_settings import BaseSettings
from pydantic import Field
class Settings(BaseSettings):
    root: str = "/api"
    version: str = Field(default="/v2")
settings = Settings()
def get_settings():
    return Settings()
"""
    main = """
from settings import settings, get_settings
THINGS = "/things"
app = FastAPI()
one, two = APIRouter(prefix=f"{settings.root}{THINGS}"), None
router = APIRouter(prefix=f"{settings.root}{THINGS}")
@router.get("/" + "all")
def a(): ...
app.include_router(router, prefix=get_settings().version)
"""
    assert routes(main=FAST + main, settings=settings) == {("GET", "/v2/api/things/all")}


def test_factories_loops_and_subclasses():
    main = """
from routes import a, b
from base import Documented
def create():
    app = Documented(title="x")
    for module in (a, b):
        app.include_router(module.router)
    for router, prefix in [(a.router, "/again")]:
        app.include_router(router, prefix=prefix)
    return app
app = create()
"""
    base = FAST + "class Documented(FastAPI):\n    pass\n"
    one = (
        FAST
        + 'def make():\n    r = APIRouter()\n    @r.get("/a")\n    def a(): ...\n'
        + "    return r\nrouter = make()\n"
    )
    two = FAST + 'router = APIRouter()\nrouter.add_api_route("/b", print, methods=["DELETE"])\n'
    found = routes(main=FAST + main, base=base, routes____init__="", routes__a=one, routes__b=two)
    assert {("GET", "/a"), ("DELETE", "/b")} <= found


def test_mounts_of_applications_and_of_files():
    main = """
from fastapi.staticfiles import StaticFiles
app, other = FastAPI(), 0
app = FastAPI()
sub = FastAPI()
@sub.get("/inner")
def i(): ...
app.mount("/sub", sub)
app.mount("/static", StaticFiles(directory="static"), name="static")
@app.get("/outer")
def o(): ...
"""
    assert routes(main=FAST + main) == {("GET", "/sub/inner"), ("GET", "/outer")}


def test_starlette():
    text = """
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
class Things:
    async def get(self, request): ...
    async def post(self, request): ...
def home(request): ...
ROUTES = [Route("/in", home, methods=["PUT"])]
app = Starlette(routes=[
    Route("/", home), Route("/things", Things), Mount("/m", routes=ROUTES),
    WebSocketRoute("/ws", home),
])
"""
    assert routes(main=text) == {("GET", "/"), ("GET,POST", "/things"), ("PUT", "/m/in")}


def test_flask_with_blueprints_and_views():
    views = """
from flask import Blueprint
from flask.views import MethodView
bp = Blueprint("b", __name__, url_prefix="/own")
@bp.route("/x", methods=("GET", "POST"))
def x(): ...
@bp.delete("/y/<int:id>")
def y(id): ...
class Thing(MethodView):
    def get(self): ...
    def put(self): ...
bp.add_url_rule("/z", view_func=Thing.as_view("z"))
"""
    main = """
from flask import Flask
from views import bp
def create_app():
    app = Flask(__name__)
    @app.route("/health")
    def health(): ...
    app.register_blueprint({})
    return app
"""
    plain = main.replace("{}", "bp")
    assert routes(main=plain, views=views) == {
        ("GET", "/health"),
        ("GET,POST", "/own/x"),
        ("DELETE", "/own/y/<int:id>"),
        ("GET,PUT", "/own/z"),
    }
    moved = main.replace("{}", 'bp, url_prefix="/moved"')
    assert ("DELETE", "/moved/y/<int:id>") in routes(main=moved, views=views)
    assert ("DELETE", "/own/y/<int:id>") not in routes(main=moved, views=views)


def test_what_only_some_settings_switch_on_is_unsure():
    text = """
app = FastAPI()
if settings.debug:
    @app.get("/debug")
    def d(): ...
@app.get("/a")
def a(): ...
"""
    found = table({"main.py": FAST + text})
    assert found is not None
    assert {one.path: one.unsure for one in found.routes} == {"/debug": True, "/a": False}


def test_a_router_that_nobody_includes_has_no_routes_and_leaves_a_doubt():
    text = """
app = FastAPI()
lost = APIRouter()
@lost.get("/lost")
def l(): ...
@app.get("/a")
def a(): ...
"""
    assert routes(main=FAST + text) == {("GET", "/a")}
    assert "included nowhere that can be read" in notes(main=FAST + text)[0]


PARTLY = [
    ("app.include_router(made_elsewhere())", "not made where it can be read"),
    ("app.include_router(r, prefix=prefix())", "not a plain text"),
    ("app.get(path())(print)", "not a plain text"),
    ("from sqladmin import Admin\nAdmin(app, engine)", "sqladmin makes routes"),
]


@pytest.mark.parametrize(("line", "note"), PARTLY)
def test_what_cannot_be_read_makes_the_table_one_that_is_not_whole(line, note):
    text = f"app = FastAPI()\nr = APIRouter()\n@app.get('/a')\ndef a(): ...\n{line}\n"
    assert any(note in one for one in notes(main=FAST + text))


def test_sources_that_cannot_be_parsed_or_never_end():
    text = "app = FastAPI()\n@app.get('/a')\ndef a(): ...\n"
    assert notes(main=FAST + text, bad="def (:") == (
        "bad.py cannot be parsed: its routes are not known",
    )
    circle = "from one import x as x\nfrom fastapi import FastAPI\n" + text
    assert routes(main=circle, one="from main import x\n") == {("GET", "/a")}
    own = text + "app.include_router(app)\ndef f():\n    return f()\nf()\n"
    assert table({"main.py": FAST + own}) is None or routes(main=FAST + own)


@pytest.mark.parametrize("text", ["", "print('hello')", "import fastapi\n", "app = object()\n"])
def test_no_application_is_no_table(text):
    assert table({"main.py": text}) is None
