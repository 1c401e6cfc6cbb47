"""The route tables of Django programs, read from their source."""

from gates.probes._routes_django import table

SETTINGS = 'ROOT_URLCONF = "shop.urls"\n'
URLS = """
from django.contrib import admin
from django.urls import include, path, re_path
urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("shop.books.urls")),
    path("api/v2/", include(("shop.books.urls", "books"))),
    re_path(r"^old/(?P<pk>[0-9]+)/$", view),
    path("schema/", SpectacularAPIView.as_view()),
    path("nested/", include([path("x/", view)])),
]
urlpatterns += static("/media/")
"""
BOOKS = """
from rest_framework.routers import DefaultRouter
router = DefaultRouter()
router.register(r"books", BookViewSet)
urlpatterns = [path("health/", health), *router.urls]
"""


def test_includes_routers_and_expressions():
    found = table({"shop/settings.py": SETTINGS, "shop/urls.py": URLS, "shop/books/urls.py": BOOKS})
    assert found is not None and found.whole
    assert {one.path for one in found.routes} == {
        "/admin/",
        "/api/health/",
        "/api/books/",
        "/api/books/{pk}/",
        "/api/v2/health/",
        "/api/v2/books/",
        "/api/v2/books/{pk}/",
        "/old/{pk}/",
        "/nested/x/",
    }
    assert not any(one.methods for one in found.routes)


def test_what_is_another_package_makes_it_not_whole():
    urls = 'urlpatterns = [path("a/", include("other.urls")), path("b/", v)]\n'
    found = table({"shop/settings.py": SETTINGS, "shop/urls.py": urls})
    assert found is not None
    assert found.notes == ("other.urls is included and is not in the source",)
    assert {one.path for one in found.routes} == {"/b/"}


def test_an_include_of_itself_ends():
    urls = 'urlpatterns = [path("a/", include("shop.urls")), path("b/", v)]\n'
    found = table({"shop/settings.py": SETTINGS, "shop/urls.py": urls})
    assert found is not None and not found.whole


def test_no_settings_are_no_table():
    assert table({"shop/urls.py": URLS, "bad.py": "def (:"}) is None
