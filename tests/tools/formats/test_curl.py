"""A recorded request as a command that a shell reads as it was meant."""

import base64
import subprocess

import pytest

from gates.tools.formats.curl import Body, Request, command


def body(data: bytes) -> Body:
    return Body(base64.b64encode(data).decode())


def words(line: str) -> list[str]:
    """What bash makes of the line, with printf in the place of curl."""
    script = "X_API_KEY=secret; BASE_URL=http://new:2; " + line.replace("curl", "printf '%s\\0'", 1)
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


@pytest.mark.parametrize("text", ["a b", "it's", "$(touch x)", "`x`", "tab\there", "é\x1b[0m", '"'])
def test_a_shell_reads_what_was_sent(text: str) -> None:
    request = Request(
        method="POST",
        uri=f"http://127.0.0.1:1/{text}",
        headers={"X-Name": (text,), "Host": ("h",)},
        body=body(text.encode()),
    )
    assert words(command(request)) == [
        "-X", "POST", "-H", f"X-Name: {text}", "--data-binary", text, f"http://new:2/{text}",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["", "/", "/a?b=c&d", "?q", "/#f"])
def test_the_port_of_a_run_that_is_over_is_a_variable(path: str) -> None:
    line = command(Request(method="GET", uri=f"https://127.0.0.1:41303{path}"))
    assert words(line) == ["-X", "GET", f"http://new:2{path}"]
    assert "41303" not in line


def test_secrets_are_variables() -> None:
    request = Request(method="GET", uri="http://h/", headers={"X-Api-Key": ("[Filtered]",)})
    assert words(command(request)) == ["-X", "GET", "-H", "X-Api-Key: secret", "http://new:2/"]


@pytest.mark.parametrize(("size", "cut"), [(4096, False), (4097, True)])
def test_large_bodies_are_cut_and_say_so(size: int, cut: bool) -> None:
    line = command(Request(method="PUT", uri="http://h/", body=body(b"x" * size)))
    assert ("# body cut: 4096 of 4097 bytes" in line) is cut
    assert line.count("x" * 4096) == 1


def test_a_body_that_is_no_base64() -> None:
    request = Request(method="PUT", uri="http://h/", body=Body("*"))
    assert "--data-binary @BODY" in command(request)
