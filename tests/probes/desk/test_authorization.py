"""The authorisation probe: every planted defect is caught, and no correct service is accused."""

from collections.abc import Callable

import pytest

from gates.core.behaviour import Authorization
from gates.core.model import Reason, Status, ToolReport
from gates.core.tool import ParseError
from gates.tools import authorization

Start = Callable[..., object]
OTHERS = ("a lower rank", "another user")


def contexts(report: ToolReport) -> set[str]:
    return {finding.context for finding in report.findings}


def figure(report: ToolReport, name: str) -> float | None:
    return report.measurements[f"authorization.{name}"].value


def by(label: str, verb: str, who: tuple[str, ...] = OTHERS) -> set[str]:
    return {f"{label} {verb} {one}" for one in who}


@pytest.mark.parametrize(
    ("defects", "expected"),
    [
        ("read", by("GET /notes/{note_id}", "read")),
        ("nobody", by("GET /notes/{note_id}", "read", ("nobody",))),
        ("history", by("GET /notes/{note_id}/history", "read")),
        ("list", by("GET /notes", "list")),
        (
            "list read words",
            by("GET /notes", "list") | by("GET /notes/{note_id}", "read"),
        ),
        ("change", by("PUT /notes/{note_id}", "change") | by("PATCH /notes/{note_id}", "change")),
        ("delete", by("DELETE /notes/{note_id}", "delete")),
        ("action", by("POST /notes/{note_id}/archive", "use")),
        ("account-read", by("GET /users/{user_id}", "read")),
        ("account-change", by("PATCH /users/{user_id}", "change")),
        (
            "nested",
            by("POST /users/{user_id}/cards", "fill")
            | by("GET /users/{user_id}/cards", "list")
            | by("GET /users/{user_id}/cards/{card_id}", "read"),
        ),
        ("uuid read", by("GET /notes/{note_id}", "read")),
        ("slug read", by("GET /notes/{note_id}", "read")),
        ("location read", by("GET /notes/{note_id}", "read")),
        ("bodyless read", by("GET /notes/{note_id}", "read")),
        ("envelope read", by("GET /notes/{note_id}", "read")),
        ("forbidden read", by("GET /notes/{note_id}", "read")),
        ("silent read", by("GET /notes/{note_id}", "read")),
        ("optional read", by("GET /notes/{note_id}", "read")),
    ],
)
def test_an_exposed_object_is_caught(desk: Start, defects: str, expected: set[str]) -> None:
    """And nothing else is."""
    report = desk(*defects.split()).look(authorization)
    assert contexts(report) == expected
    assert figure(report, "exposed_objects") == len(report.findings)
    assert figure(report, "exposed_functions") == 0


@pytest.mark.parametrize(
    ("defect", "label"),
    [
        ("function", "GET /stats"),
        ("article-post", "POST /articles"),
        ("article-put", "PUT /articles/{article_id}"),
        ("article-delete", "DELETE /articles/{article_id}"),
    ],
)
def test_an_exposed_function_is_caught(desk: Start, defect: str, label: str) -> None:
    """By x-roles of the document, and by the sentence "Administrators only."."""
    report = desk(defect).look(authorization)
    assert contexts(report) == {f"{label} call an account that is not admin"}
    assert (figure(report, "exposed_objects"), figure(report, "exposed_functions")) == (0, 1)
    assert report.findings[0].metric == "authorization.exposed_functions"


@pytest.mark.parametrize(
    "shape",
    [
        "",
        "uuid",
        "slug",
        "location",
        "bodyless",
        "envelope",
        "forbidden",
        "masked",
        "profile",
        "words",
        "silent",
        "optional",
        "list read",
    ],
)
def test_a_correct_service_is_not_accused(desk: Start, shape: str) -> None:
    """Masking by 404 or by an empty success, public profiles, shared lists, other spellings."""
    report = desk(*shape.split()).look(authorization)
    assert (report.findings, report.incomplete) == ((), ())
    assert (figure(report, "exposed_objects"), figure(report, "exposed_functions")) == (0, 0)
    assert figure(report, "tried_percent") >= 75


def test_what_everybody_may_is_said_in_the_target_file(desk: Start) -> None:
    """A wiki: without a word it is an exposed one, with one it is not."""
    running = desk("wiki")
    names = ("PUT /notes/{note_id}", "PATCH /notes/{note_id}", "DELETE /notes/{note_id}")
    accused = running.look(authorization)
    assert {one.rsplit(" ", 3)[0].split(" change")[0] for one in contexts(accused)}
    assert figure(accused, "exposed_objects") == 6
    cleared = running.look(authorization, said=Authorization(public=names))
    assert (cleared.findings, figure(cleared, "exposed_objects")) == ((), 0)


def test_what_is_private_is_said_in_the_target_file(desk: Start) -> None:
    """A list that shows everything looks like a shared one, as long as nobody says otherwise."""
    running = desk("list", "read")
    assert running.look(authorization).findings == ()
    report = running.look(authorization, said=Authorization(private=("GET /notes",)))
    assert contexts(report) == by("GET /notes", "list") | by("GET /notes/{note_id}", "read")


def test_roles_of_the_target_file(desk: Start) -> None:
    """An operation that any user may use is an exposed one, if the file keeps it for a role."""
    said = Authorization(roles={"admin": ("GET /articles",)})
    report = desk().look(authorization, said=said)
    assert contexts(report) == {"GET /articles call an account that is not admin"}


def test_a_name_that_means_no_operation_is_refused(desk: Start) -> None:
    with pytest.raises(ParseError, match="names getNothing, which the document has not"):
        desk().look(authorization, said=Authorization(public=("getNothing",)))


def test_a_service_that_answers_everything_200_is_no_pass(desk: Start) -> None:
    document = desk().document()
    report = desk("all-200").look(authorization, document=document)
    assert figure(report, "exposed_objects") is None
    assert figure(report, "exposed_functions") > 0


def test_an_identity_that_is_let_in_nowhere_is_no_pass(desk: Start) -> None:
    """Its refusals would look like a perfect service."""
    with pytest.raises(ParseError, match="bob is refused with 401") as caught:
        desk("expired").look(authorization)
    assert caught.value.reason is Reason.INCOMPLETE


def test_one_person_alone_shows_nothing(desk: Start) -> None:
    report = desk().look(authorization, people=("default",))
    assert figure(report, "exposed_objects") is None
    assert "no second identity of the same role and rank" in report.notes[0]


def test_the_same_account_twice_is_refused(desk: Start) -> None:
    """Else everything of the one would be exposed to the other."""
    ids = {"default": 1, "bob": 1, "root": 3, "guest": 4}
    with pytest.raises(ParseError, match="default and bob are the same account"):
        desk().look(authorization, ids=ids)


def test_every_operation_has_its_evidence(desk: Start) -> None:
    report = desk("read").look(authorization)
    cells = {one.operation: one for one in report.operations}
    assert cells["GET /notes/{note_id}"].state is Status.FAIL
    assert cells["DELETE /notes/{note_id}"].state is Status.PASS
    assert (cells["POST /notes"].state, cells["POST /notes"].detail) == (
        Status.NO_DATA,
        "no id and no role: every account may use it",
    )
    assert cells["GET /health"].detail == "public, as the document says"
    assert len(cells) == len(report.operations) == 26


def test_findings_are_the_same_in_each_run_and_hold_no_secret(desk: Start) -> None:
    """P64: the token is a variable; ids are, too."""
    running = desk("read", "change", "delete", "function")
    first, second = running.look(authorization), running.look(authorization)
    told = [[(f.rule, f.message, f.context) for f in one.findings] for one in (first, second)]
    assert told[0] == told[1]
    text = " ".join(finding.reproduce for finding in first.findings)
    assert "t-bob" not in text
    assert "$OTHER_TOKEN" in text
    assert '"$BASE_URL"' in text
    assert '"$NOTE_ID"' in text


def test_the_budget_ends_it_and_says_so(desk: Start) -> None:
    report = desk().look(authorization, settings={"max_requests": 10})
    assert "the budget of this probe is used up" in report.incomplete[0]


def test_it_is_thrifty(desk: Start) -> None:
    running = desk()
    running.look(authorization)
    assert running.requests() <= 250
