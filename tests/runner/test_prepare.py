"""What a run lacks is named with the key that wants it, before anything runs."""

import pytest

from gates.core.capacity import Cache, Database
from gates.core.target import Auth, Login, Service, Target
from gates.runner.prepare import PrepareError, secret_variables


def target(body: dict[str, str], **service: tuple[str, ...]) -> Target:
    """A target that logs in with `body`."""
    login = Login(path="/login", body=body, token="/token")  # a JSON pointer
    served = Service(start=("serve",), **service)
    return Target(name="t", service=served, auth=Auth(login=login, headers={"X-Key": "${KEY}"}))


def test_a_missing_variable_is_told_with_its_keys_and_the_name_that_was_meant() -> None:
    given = target({"password": "${NOTES_PASSWD}"}, env_generate=("NOTES_PASSWORD",))
    with pytest.raises(PrepareError) as caught:
        secret_variables(given, {})
    where = "auth.login.body.password; did you mean NOTES_PASSWORD?"
    assert f"lacks KEY (auth.headers.X-Key); NOTES_PASSWD ({where}):" in str(caught.value)


def test_what_the_service_takes_from_the_caller_is_told_so() -> None:
    given = target({"password": "${WORD}"}, env_from=("WORD", "SEED"))
    with pytest.raises(PrepareError) as caught:
        secret_variables(given, {"KEY": "k"})
    text = str(caught.value)
    assert (
        "lacks SEED (service.env_from); WORD (service.env_from, auth.login.body.password):" in text
    )
    assert "did you mean" not in text


def test_every_named_variable_is_passed_on_and_no_other() -> None:
    given = target({"password": "${MADE}"}, env_from=("SEED",), env_generate=("MADE",))
    found = secret_variables(given, {"KEY": "k", "SEED": "s", "HOME": "h", "MADE": "other"})
    assert sorted(found) == ["KEY", "MADE", "SEED"]
    assert (found["KEY"], found["SEED"]) == ("k", "s")
    assert found["MADE"] != "other"


def test_the_addresses_of_a_database_and_a_cache_may_be_variables() -> None:
    given = Target(
        name="t", database=Database(url="${SHOP_URL}"), cache=Cache(redis="redis://:${WORD}@h/0")
    )
    assert secret_variables(given, {"SHOP_URL": "u", "WORD": "w"}) == {"SHOP_URL": "u", "WORD": "w"}
    with pytest.raises(PrepareError, match="database.url"):
        secret_variables(given, {"WORD": "w"})
