"""Dockerfiles: read as Docker reads them, and judged for what hadolint leaves out."""

from pathlib import Path

import pytest

from gates.probes.deployment import container, ignoring
from gates.probes.deployment.dockerfile import instructions, stages

GOOD = """FROM python:3.12-slim AS build
RUN make
FROM python:3.12-slim
COPY --from=build /x /x
USER 10001
HEALTHCHECK CMD ["true"]
CMD ["x"]
"""


def rules(content: str, *, left_in: str = "") -> list[str]:
    found = container.judged("Dockerfile", content, left_in)
    return [flaw.rule.removeprefix("container-") for flaw in found]


def test_a_good_one_has_no_flaw() -> None:
    assert rules(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("COPY --from=build /x /x\n", "", ["stages"]),
        ("COPY --from=build /x /x", "COPY --from=other:1 /x /x", []),
        ("USER 10001\n", "", ["root"]),
        ("USER 10001", "USER 10001\nUSER root:root", ["root"]),
        ("USER 10001", "USER 0", ["root"]),
        ('HEALTHCHECK CMD ["true"]\n', "", ["healthcheck"]),
        ('HEALTHCHECK CMD ["true"]', "HEALTHCHECK NONE", ["healthcheck"]),
        ("FROM python:3.12-slim\n", "FROM python\n", ["base"]),
        ("FROM python:3.12-slim\n", "FROM python:latest\n", ["base"]),
        ("FROM python:3.12-slim\n", "FROM host:5000/python\n", ["base"]),
        ("FROM python:3.12-slim\n", "FROM python@sha256:ab\n", []),
        ("FROM python:3.12-slim\n", "FROM host:5000/python:3.12\n", []),
        ("FROM python:3.12-slim\n", "FROM scratch\n", []),
        ("FROM python:3.12-slim\n", "FROM --platform=$X python:3\n", []),
        ("USER 10001\n", "ENV DB_PASSWORD=x\nUSER 1\n", ["secret"]),
        # pragma: allowlist nextline secret
        ("USER 10001\n", "ENV A=1 B_API_KEY='x y'\nUSER 1\n", ["secret"]),
        ("USER 10001\n", "ENV GH_TOKEN x\nUSER 1\n", ["secret"]),
        ("USER 10001\n", "ARG NPM_TOKEN\nUSER 1\n", ["secret"]),
        ("USER 10001", "ARG APP_USER=root\nUSER $APP_USER", ["root"]),
        ("USER 10001", "USER ${APP_USER:-0}:${GROUP:-0}", ["root"]),
        ("USER 10001", "USER 00", ["root"]),
        ("USER 10001", "ARG APP_USER=shop\nUSER ${APP_USER}", []),
        ("FROM python:3.12-slim\n", "FROM node:lts-alpine3.20\n", ["base"]),
        ("FROM python:3.12-slim\n", "FROM debian:bookworm-slim\n", []),
        ("COPY --from=build /x /x", "COPY --from=ghcr.io/x/uv:latest /uv /x", ["base"]),
        ("COPY --from=build /x /x", "COPY --from=0 /x /x", []),
        # pragma: allowlist nextline secret
        ("USER 10001", "RUN pip install -i https://me:pw@host.example/ x\nUSER 1", ["secret"]),
        ("USER 10001", "RUN pip install -i https://me:$PW@host.example/ x\nUSER 1", []),
        ("USER 10001", "RUN curl https://host.example:8080/x@1\nUSER 1", []),
        ("USER 10001", "ENV TOKENIZERS_PARALLELISM=false MAX_TOKENS=4096\nUSER 1", []),
        ("USER 10001", "ARG USE_ID_TOKEN\nENV AUTH_TOKEN_ENABLED=true\nUSER 1", []),
        ("USER 10001", "ENV SECRET_BACKEND=vault JWT_EXPIRES_SECONDS=5\nUSER 1", []),
        ("USER 10001", "ENV USE_TOKEN=4f9a8b7c6d\nUSER 1", ["secret"]),  # pragma: allowlist secret
        ("USER 10001", "ENV DB_PASSWORD=123456\nUSER 1", ["secret"]),  # pragma: allowlist secret
        ("USER 10001\n", "ENV DB_PASSWORD= SECRET_FILE=/run/x TOKEN_TTL=5\nUSER 1\n", []),
        ("USER 10001\n", "COPY .env /x/\nUSER 1\n", ["secret"]),
        ("USER 10001\n", 'COPY ["a b", "keys/server.pem", "/x/"]\nUSER 1\n', ["secret"]),
        ("USER 10001\n", "COPY .env.example src/token.py /x/\nUSER 1\n", []),
        ("USER 10001\n", "COPY --from=build /home/.env /x/\nUSER 1\n", []),
    ],
)
def test_each_row_is_judged(old: str, new: str, expected: list[str]) -> None:
    assert old in GOOD
    assert rules(GOOD.replace(old, new)) == expected


def test_a_stage_takes_over_user_and_check_of_the_one_it_is_made_from() -> None:
    text = "FROM a:1 AS base\nUSER 5\nHEALTHCHECK CMD x\nFROM a:1 AS b\nUSER 0\nFROM base\nCMD y\n"
    assert rules(text) == []
    assert rules(text.replace("FROM base", "FROM b")) == ["root", "healthcheck"]


def test_one_stage_is_one_whatever_it_copies_from_other_images() -> None:
    text = GOOD.partition("RUN make\n")[2].replace("=build", "=other:1")
    assert rules(text) == ["stages"]


def test_an_image_made_for_it_runs_as_no_root() -> None:
    text = GOOD.replace("FROM python:3.12-slim\n", "FROM distroless/python3:nonroot-amd64\n")
    assert rules(text.replace("USER 10001\n", "")) == []


def test_a_default_is_filled_in_before_the_base_is_judged() -> None:
    assert rules(f"ARG V=3.12\n{GOOD.replace('3.12', '$V')}") == []
    assert rules(f"ARG V\n{GOOD.replace('3.12', '${V:-3.12}')}") == []
    assert rules(f"ARG V\n{GOOD.replace('3.12-slim', '$V')}") == ["base", "base"]


def test_the_whole_context_needs_something_that_keeps_files_out() -> None:
    text = GOOD.replace("USER 10001", "COPY . .\nUSER 10001")
    assert rules(text) == []
    assert rules(text, left_in=ignoring.NOTHING) == ["secret"]
    only_built = GOOD.replace("RUN make", "COPY . .")
    assert rules(only_built, left_in=ignoring.NOTHING) == []


@pytest.mark.parametrize(
    ("rules", "ignored", "found"),
    [
        ("", "", ignoring.NOTHING),
        ("# nothing\n", ".env\n", ignoring.NOTHING),
        ("node_modules\n", "", ""),
        ("node_modules\n", ".env\n", ignoring.NOT_ENV),
        ("**/.env\n", ".env\n", ""),
        ("*\n!src\n", ".env*\n", ""),
        ("*\n!.env\n", "/.env\n", ignoring.NOT_ENV),
        (".env*\n!.env.example\n", ".env\n", ""),
    ],
)
def test_the_rules_of_the_context_are_read(
    tmp_path: Path, rules: str, ignored: str, found: str
) -> None:
    """An empty .dockerignore keeps nothing out, and one without .env not what lies about."""
    (tmp_path / ".dockerignore").write_text(rules)
    (tmp_path / ".gitignore").write_text(ignored)
    assert ignoring.left_in(tmp_path, "Dockerfile") == found


def test_a_dockerfile_may_have_rules_of_its_own(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("dist\n")
    assert ignoring.left_in(tmp_path, "api/Dockerfile") == ""
    (tmp_path / ".gitignore").write_text(".env\n")
    assert ignoring.left_in(tmp_path, "api/Dockerfile") == ignoring.NOT_ENV
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "Dockerfile.dockerignore").write_text("**\n!src\n")
    assert ignoring.left_in(tmp_path, "api/Dockerfile") == ""


def test_what_is_no_dockerfile_is_one_flaw() -> None:
    assert rules("") == rules("# nothing\nRUN x\n") == ["unreadable"]


def test_continued_lines_remarks_and_here_documents_are_read_as_docker_does() -> None:
    text = "# escape=`\nFROM a:1 AS x\nRUN a `\n# note\n\n  b\nRUN <<EOF\nUSER root\nEOF\nUSER 5\n"
    found = instructions(text)
    assert [(one.name, one.line) for one in found] == [
        ("FROM", 2),
        ("RUN", 3),
        ("RUN", 7),
        ("USER", 10),
    ]
    (stage,) = stages(found)
    assert (stage.base, stage.name, stage.line) == ("a:1", "x", 2)


def test_files_are_looked_for_in_the_tree(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(GOOD)
    look = container.looked(tmp_path, ("Dockerfile", "gone/Dockerfile"))
    assert [flaw.rule for flaw in look.findings] == ["container-missing"]
    assert (look.measurement.value, look.examined) == (1, 2)
    assert container.looked(tmp_path, ("Dockerfile",), 2).notes == (
        "Dockerfiles for desks or tests by their names: 2, not looked at",
    )
    none = container.looked(tmp_path, ())
    assert none.measurement.value is None
    assert "[absent] container" in none.measurement.why
