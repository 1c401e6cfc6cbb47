"""A recorded request as a command that a shell reads as it was meant."""

import base64
import subprocess

import pytest

from gates.core.contract_digest import FILTERED, Step
from gates.core.curl import command, commands


def step(path: str = "/", method: str = "GET", body: bytes = b"", **headers: str) -> Step:
    return Step(
        operation="",
        method=method,
        path=path,
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        body=base64.b64encode(body).decode(),
    )


def words(line: str) -> list[str]:
    """What bash makes of the line, with printf in the place of curl."""
    script = "X_API_KEY=secret; BASE_URL=http://new:2; " + line.replace("curl", "printf '%s\\0'", 1)
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


@pytest.mark.parametrize("text", ["a b", "it's", "$(touch x)", "`x`", "tab\there", "é\x1b[0m", '"'])
def test_a_shell_reads_what_was_sent(text: str) -> None:
    line = command(step(f"/{text}", "POST", text.encode(), X_Name=text, Host="h"))
    assert words(line) == [
        "-si", "-X", "POST", "-H", f"X-Name: {text}", "--data-binary", text, f"http://new:2/{text}",
    ]  # fmt: skip


def test_secrets_are_variables() -> None:
    line = command(step(X_Api_Key=FILTERED))
    assert words(line) == ["-si", "-X", "GET", "-H", "X-Api-Key: secret", "http://new:2/"]


@pytest.mark.parametrize(("size", "cut"), [(4096, False), (4097, True)])
def test_large_bodies_are_cut_and_say_so(size: int, cut: bool) -> None:
    line = command(step(method="PUT", body=b"x" * size))
    assert ("# body cut: 4096 of 4097 bytes" in line) is cut
    assert line.count("x" * 4096) == 1


def test_steps_are_lines() -> None:
    lines = commands((step("/a", "POST"), step("/b"))).splitlines()
    assert [words(line)[-1] for line in lines] == ["http://new:2/a", "http://new:2/b"]
