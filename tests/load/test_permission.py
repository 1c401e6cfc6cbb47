"""A worker loads what its own command line allows, whatever its master names."""

import pytest

from gates.load.permission import refusal, variable

AWAY = "http://10.0.0.7:8000"


@pytest.mark.parametrize(
    ("master", "origins", "origin", "said"),
    [
        ("10.0.0.1", (AWAY,), AWAY, ""),
        ("10.0.0.1", (), AWAY, "nobody here allowed a load on http://10.0.0.7:8000"),
        ("10.0.0.1", (AWAY,), "http://10.0.0.7:8001", "nobody here allowed"),
        ("10.0.0.1", (AWAY,), "http://10.0.0.8:8000", "nobody here allowed"),
        ("10.0.0.1", (AWAY,), "http://127.0.0.1:8000", "is each machine itself"),
        ("127.0.0.1", (), "http://127.0.0.1:8000", ""),
        ("localhost", (), "http://localhost:8000", ""),
        ("127.0.0.1", (), AWAY, "nobody here allowed"),
        ("10.0.0.1", ("http://169.254.169.254",), "http://169.254.169.254", "metadata"),
        ("10.0.0.1", (AWAY,), "file:///etc/passwd", "scheme"),
    ],
)
def test_what_a_worker_loads(master: str, origins: tuple[str, ...], origin: str, said: str) -> None:
    found = refusal(origin, variable(master, origins))
    assert said in found if said else found == ""


def test_a_worker_that_the_run_itself_started_is_told_nothing() -> None:
    assert refusal("http://127.0.0.1:8000", {}) == ""
