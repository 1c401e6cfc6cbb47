"""The oracles probe against a service with planted defects and its sound twin."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gates.core.model import Reason, ToolReport
from gates.core.target import Auth, Login, OpenApi, Oracles, Registration, Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.probes.oracles import reproduction
from gates.shell import oracle_files
from gates.tools import oracles

HERE = Path(__file__).parent
SECRET = "Adm1n-Word-Of-This-Test"  # pragma: allowlist secret
LOGIN = Login(
    path="/v1/login",
    body={"email": "admin", "password": "${ADMIN_PASSWORD}"},
    token="/access_token",
)
REGISTER = Registration(path="/v1/register", body={"email": "{name}", "password": "{password}"})
FILES = {
    "profile": """
id = "register-login-profile"
title = "A new reader registers, logs in and sees the own profile"
preset = "register-login-profile"
[with]
register_json = { email = "{email}", password = "{password}" }
login_json = { email = "{email}", password = "{password}" }
profile = "GET /v1/me"
shows = { "/email" = "{email}" }
""",
    "deleted": """
title = "A deleted note is unreadable"
preset = "soft-delete-unreadable"
[with]
create = "POST /v1/notes"
json = { title = "about {unique}" }
id = "/id"
read = "GET /v1/notes/{id}"
delete = "DELETE /v1/notes/{id}"
list = "GET /v1/notes"
identity = "reader"
also = ["default"]
hidden = "about {unique}"
""",
    "fresh": """
title = "A change is read at once"
preset = "read-after-write"
[with]
create = "POST /v1/notes"
json = { title = "first" }
id = "/id"
read = "GET /v1/notes/{id}"
shows = { "/title" = "first", "/id" = "{id}" }
update = "PATCH /v1/notes/{id}"
update_json = { title = "second" }
updated = { "/title" = "second" }
times = 2
""",
    "events": """
title = "Every subscriber hears of a new note"
[values]
title = "Bread"
[[steps]]
subscribe = "/v1/events"
as = "readers"
subscribers = 3
send = [{ hello = "{unique}" }, "plain"]
[[steps]]
receive = "readers"
expect.json = { "type" = "echo", "of" = "plain" }
[[steps]]
name = "write"
request = "POST /v1/notes"
json = { title = "{title}" }
capture = { id = "/id", place = "header:Location" }
[steps.expect]
status = 201
schema = "operation"
headers = { Location = "/v1/notes/{id}" }
[steps.expect.json]
"/id" = { type = "integer" }
[[steps]]
receive = "readers"
within_s = 1.5
[steps.expect.json]
"/type" = "note.created"
"/id" = "{id}"
[[steps]]
request = "GET {place}"
expect.status = 200
expect.schema = "Note"
[[steps]]
name = "it is listed in the end"
request = "GET /v1/notes"
within_s = 2
expect.status = "2xx"
[steps.expect.json]
"items" = { contains = { id = "{id}", title = "{title}" } }
"items.*.owner" = { type = "string" }
[[steps]]
name = "nobody listens without a token"
subscribe = "/v1/events"
identity = "nobody"
as = "strangers"
expect.status = 401
""",
    "batch": """
title = "A batch that fails leaves nothing"
[[steps]]
request = "POST /v1/notes/batch"
json = { titles = ["half {unique}", ""] }
expect.status = 422
[[steps]]
request = "GET /v1/notes"
expect.status = 200
expect.text = { lacks = "half {unique}" }
""",
}


@pytest.fixture
def judge(
    tmp_path: Path, run_probe: Callable[..., ToolOutput], notes: Callable[..., str]
) -> Callable[..., ToolReport]:
    """Run the adapter and the probe over a service with a defect and these files."""

    def run(
        defect: str, files: dict[str, str], flows: tuple[str, ...] = (), url: str = "", **more: str
    ) -> ToolReport:
        url = url or notes(defect, ADMIN_PASSWORD=SECRET)
        tree, output = tmp_path / "tree", tmp_path / "output"
        (tree / "gatescore/oracles").mkdir(parents=True, exist_ok=True)
        output.mkdir(exist_ok=True)
        for name, text in files.items():
            (tree / f"gatescore/oracles/{name}.toml").write_text(text)
        target = Target(
            name="notes",
            service=Service(base_url=url, env_generate=("ADMIN_PASSWORD",)),
            openapi=OpenApi(file="notes.json"),
            auth=Auth(login=LOGIN, register=REGISTER),
            identities={"reader": {}},  # type: ignore[dict-item]
            oracles=Oracles(flows=flows),
        )
        options = Options(
            tree=str(tree),
            output=str(output),
            python="x",
            base_url=url,
            document=str(HERE / "notes.json"),
        )
        (invocation,) = oracles.commands(target, options)
        who = {
            "default": {"headers": {"Authorization": "Bearer token-admin"}},
            "reader": {"headers": {"Authorization": "Bearer token-admin"}},
        }
        secrets = {
            "GATESCORE_VARIABLES": json.dumps({"ADMIN_PASSWORD": SECRET}),
            "GATESCORE_IDENTITIES": json.dumps(who),
        }
        return oracles.parse((run_probe(invocation, **{**secrets, **more}),))

    return run


def test_a_sound_service_keeps_every_oracle_even_a_slow_one(
    judge: Callable[..., ToolReport],
) -> None:
    report = judge("slow-index", FILES, flows=("events", "register-login-profile"))
    assert [finding.message for finding in report.findings] == []
    assert report.incomplete == ()
    assert {name: one.value for name, one in report.measurements.items()} == {
        "oracles.failed": 0,
        "oracles.run": 5,
        "oracles.flows_missing": 0,
    }
    assert sorted(report.notes) == [
        "oracle batch: passed",
        "oracle deleted: passed",
        "oracle events: passed",
        "oracle fresh: passed",
        "oracle register-login-profile: passed",
    ]


@pytest.mark.parametrize(
    ("defect", "file", "said"),
    [
        (
            "lost-subscriber",
            "events",
            "subscriber 2 of 3: no such message came in time",
        ),
        ("open-socket", "events", "status of the handshake: expected 401, found 101"),
        ("undeleted", "deleted", "status: expected 404 or 410, found 200"),
        ("listed", "deleted", "the body's text: expected lacks"),
        ("stale", "fresh", '/title: expected "second", found "first"'),
        ("wrong-profile", "profile", '/email: expected "{email}", found "else@example.com"'),
        ("open-profile", "profile", '/email: expected "{email}", found "someone@example.com"'),
        ("half", "batch", "the body's text: expected lacks"),
        ("text-id", "events", '/id: expected type "integer", found "1"'),
    ],
)
def test_a_planted_defect_fails_its_oracle(
    judge: Callable[..., ToolReport], defect: str, file: str, said: str
) -> None:
    report = judge(defect, {file: FILES[file]})
    (finding,) = report.findings
    assert said in finding.message
    assert finding.rule == "oracles.failed"
    assert finding.metric == "oracles.failed"
    assert report.measurements["oracles.failed"].value == 1
    assert report.notes[0].endswith(": failed")


def test_the_same_finding_comes_back_word_for_word(judge: Callable[..., ToolReport]) -> None:
    again = [judge("listed", {"deleted": FILES["deleted"]}).findings for _ in range(3)]
    assert again[0] == again[1] == again[2]


def test_a_flow_without_an_oracle_is_told(judge: Callable[..., ToolReport]) -> None:
    report = judge("none", {"batch": FILES["batch"]}, flows=("batch", "checkout"))
    assert report.measurements["oracles.flows_missing"].value == 1
    (finding,) = report.findings
    assert (finding.rule, finding.metric) == ("oracles.flow-missing", "oracles.flows_missing")


def test_an_empty_folder_has_run_nothing(judge: Callable[..., ToolReport]) -> None:
    report = judge("none", {})
    assert report.examined == 0
    assert report.measurements["oracles.run"].value == 0


def test_a_broken_file_is_never_left_out(judge: Callable[..., ToolReport]) -> None:
    broken = 'title = "x"\n[[steps]]\nrequets = "GET /health"\nexpect.status = 200\n'
    files = {"batch": FILES["batch"], "broken": broken}
    report = judge("none", files, flows=("broken",))
    assert report.findings == ()  # its flow is not missing: it could not be read
    assert report.measurements["oracles.run"].value == 1
    assert len(report.incomplete) >= 1
    place = "gatescore/oracles/broken.toml:3:1: steps[0].requets: unknown key"
    (told,) = [text for text in report.incomplete if text.startswith(place)]
    assert told.endswith("did you mean request?")


def test_a_secret_is_filled_in_and_never_told(judge: Callable[..., ToolReport]) -> None:
    text = """
title = "The admin gets in"
[[steps]]
request = "POST /v1/login"
identity = "nobody"
json = { email = "admin", password = "${ADMIN_PASSWORD}" }
expect.status = 200
expect.json = { "/access_token" = "${ADMIN_PASSWORD}" }
"""
    report = judge("none", {"login": text})
    (finding,) = report.findings
    assert "/access_token: expected" in finding.message  # the password itself was right
    assert SECRET not in repr(report)
    assert '"${ADMIN_PASSWORD}' not in finding.message
    assert "${ADMIN_PASSWORD}" in finding.reproduce


def test_a_service_that_is_gone_is_no_failed_oracle(judge: Callable[..., ToolReport]) -> None:
    with pytest.raises(ParseError) as caught:
        judge("none", {"batch": FILES["batch"]}, url="http://127.0.0.1:9")
    assert caught.value.reason is Reason.TARGET_DOWN


def test_a_schema_that_the_document_lacks_is_a_gap(judge: Callable[..., ToolReport]) -> None:
    text = FILES["events"].replace('expect.schema = "Note"', 'expect.schema = "Notes"')
    report = judge("none", {"events": text})
    assert report.findings == ()
    assert report.notes == ("oracle events: not run",)
    assert 'the document has no component "Notes"; it has: Note' in report.incomplete[0]


def test_the_reproduction_is_a_script_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "o").mkdir()
    (tmp_path / "o/events.toml").write_text(FILES["events"])
    known = oracle_files.Known(identities=("default", "reader"))
    folder = oracle_files.read_folder(tmp_path, "o", known)
    assert folder.problems == ()
    (oracle,) = folder.oracles
    assert reproduction(oracle, 5).splitlines() == [
        'title="Bread"',
        "# 3 × WebSocket /v1/events as readers",
        "# readers: each gets the message",
        'curl -si -X POST -H "Authorization: $TOKEN" -H "Content-Type: application/json" '
        '--data-binary "{\\"title\\":\\"${title}\\"}" "$BASE_URL""/v1/notes"'
        "  # id = /id, place = header:Location",
        "# readers: each gets the message",
        'curl -si -X GET -H "Authorization: $TOKEN" "$BASE_URL""${place}"',
    ]
