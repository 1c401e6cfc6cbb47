"""Routes against documented operations, however a framework writes them."""

import pytest

from gates.core.parity.routes import Route, shape, undocumented


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/a/{id}", "/a/{}"),
        ("/a/{id:int}/b", "/a/{}/b"),
        ("/a/<int:id>", "/a/{}"),
        ("/a/<id>/", "/a/{}"),
        ("/a/:id", "/a/{}"),
        (r"/a/:id(\d+)/b", "/a/{}/b"),
        ("/a/:id?", "/a/{}"),
        ("/files/{name:path}", "/files/{*}"),
        ("/files/<path:name>", "/files/{*}"),
        ("a//b/", "/a/b"),
        ("/", "/"),
        ("", "/"),
        ("/a:run", "/a:run"),
    ],
)
def test_paths_of_every_framework_have_one_shape(path, found):
    assert shape(path) == found


DOCUMENTED = [("GET", "/v1/a/{id}"), ("GET", "/a/{id}"), ("POST", "/v1/a")]


@pytest.mark.parametrize(
    ("route", "methods"),
    [
        (Route(path="/v1/a/{key}", methods=("GET",)), []),
        (Route(path="/a/<int:key>", methods=("GET", "HEAD", "OPTIONS")), []),
        (Route(path="/v1/a/{key}", methods=("DELETE", "GET")), ["DELETE"]),
        (Route(path="/v1/a/", methods=("POST",)), []),
        (Route(path="/v1/b", methods=("GET", "POST")), ["GET", "POST"]),
        (Route(path="/v1/b", methods=("OPTIONS",)), []),
        (Route(path="/v1/b"), [""]),
        (Route(path="/v1/a"), []),
        (Route(path="/internal/x", methods=("GET",)), []),
        (Route(path="/v1/internal", methods=("GET",)), ["GET"]),
    ],
)
def test_a_route_that_no_document_has_is_found(route, methods):
    found = undocumented([route], DOCUMENTED, ["/internal/*"])
    assert [method for method, _ in found] == methods


def test_a_route_that_is_made_twice_is_told_once():
    twice = [Route(path="/b", methods=("GET",), line=line) for line in (1, 2)]
    assert len(undocumented(twice, [], [])) == 1
