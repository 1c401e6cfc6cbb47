"""The service is started, proved to be ours, and stopped; whatever goes wrong is told."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gates.core.model import Reason
from gates.core.target import Service
from gates.shell.network import request
from gates.shell.process import Cancellation
from gates.shell.service import Running, ServiceError, running

WEB = str(Path(__file__).with_name("fakes") / "web.py")


def web(*mood: str, **keys: object) -> Service:
    return Service(
        start=("{python}", WEB, "{port}", *mood),
        **{"start_deadline_s": 15.0, "stop_deadline_s": 5.0, **keys},
    )


def up(service: Service, folder: Path, **keys) -> contextlib.AbstractContextManager[Running]:
    return running(
        service,
        tree=folder,
        output=folder / "out",
        **{
            "python": sys.executable,
            "env": {},
            "variables": {},
            "cancel": Cancellation(),
            **keys,
        },
    )


def failure(service: Service, folder: Path, **keys) -> ServiceError:
    with pytest.raises(ServiceError) as caught, up(service, folder, **keys):
        pytest.fail("it was taken for ready")
    return caught.value


def command(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def get(url: str) -> int:
    return request("GET", url, allow=(url.rsplit("/", 1)[0],)).status


def alive_below(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=5)[1]


def wait_for(port: int) -> None:
    """Waits until somebody listens."""
    while True:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)


@contextlib.contextmanager
def stranger(*mood: str) -> Iterator[tuple[int, int]]:
    """A server that is not ours; yields its port and its pid."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    with subprocess.Popen([sys.executable, WEB, str(port), *mood], stdout=-3) as process:
        try:
            wait_for(port)
            yield port, process.pid
        finally:
            process.kill()


def test_a_service_is_started_and_stopped_with_all_of_its_processes(tmp_path: Path) -> None:
    with up(web("ok"), tmp_path) as service:
        assert service.base_url == f"http://127.0.0.1:{service.port}"
        assert get(f"{service.base_url}/health") == 200
        assert service.died() is None
        assert service.ready_s is not None
        assert 0 < service.ready_s < 15
        assert service.attempts >= 3
        assert f"mood ok, port {service.port}" in service.log_tail(1000)
        processes = alive_below(service.pid)
    assert len(processes) == 2
    assert gone(processes)
    assert service.log == tmp_path / "out" / "service.log"


def test_placeholders_and_variables_reach_every_command(tmp_path: Path) -> None:
    show = "import os, json; print(json.dumps(dict(os.environ)), os.getcwd())"
    service = web(
        "ok",
        env={"DB": "{state}/x.db", "WHERE": "{output}", "SECRET": "{port}", "BRACES": "{other}{}"},
        migrate=("{python}", "-c", show),
        seed=("{python}", "-c", "import os; open(os.environ['DB'], 'x')"),
    )
    variables = {"SECRET": "overridden", "GENERATED": "s3cr3t{port}"}  # pragma: allowlist secret
    with up(service, tmp_path, env={"TZ": "UTC"}, variables=variables) as found:
        shown = (tmp_path / "out" / "migrate.stdout").read_text()
        assert (tmp_path / "out" / "state" / "x.db").exists()
    for part in (
        f'"DB": "{tmp_path}/out/state/x.db"',
        f'"WHERE": "{tmp_path}/out"',
        f'"SECRET": "{found.port}"',
        '"BRACES": "{other}{}"',
        '"GENERATED": "s3cr3t{port}"',
        '"TZ": "UTC"',
        f"}} {tmp_path}",
    ):
        assert part in shown


def test_every_start_has_a_state_of_its_own(tmp_path: Path) -> None:
    service = web("ok", migrate=("/usr/bin/touch", "{state}/used"))
    logs = []
    for _ in range(2):
        with up(service, tmp_path) as found:
            logs.append(found.log.name)
    assert logs == ["service.log", "service-2.log"]
    assert sorted(path.name for path in (tmp_path / "out").glob("state*")) == ["state", "state-2"]


@pytest.mark.parametrize("step", ["migrate", "seed"])
def test_a_failing_step_is_an_environment_that_failed(tmp_path: Path, step: str) -> None:
    command = ("/bin/sh", "-c", "echo no such table >&2; exit 4")
    error = failure(web("ok", **{step: command}), tmp_path)
    assert error.reason is Reason.ENVIRONMENT_FAILED
    first, _, log = error.detail.partition("\nlast log lines:\n")
    assert (first, log) == (f"service.{step} exited with 4: no such table", "no such table")
    assert not (tmp_path / "out" / "service.log").exists()


def test_a_missing_step_program_is_named(tmp_path: Path) -> None:
    error = failure(web("ok", seed=("/no/such/seed",)), tmp_path)
    assert error.reason is Reason.ENVIRONMENT_FAILED
    assert "service.seed could not be started: /no/such/seed not found" in error.detail


def test_a_missing_start_program_is_named(tmp_path: Path) -> None:
    error = failure(Service(start=("/no/such/service", "{port}")), tmp_path)
    assert error.reason is Reason.TARGET_DOWN
    assert "the service could not be started: /no/such/service not found" in error.detail


def test_a_service_that_dies_early_says_its_exit_code_and_its_last_words(tmp_path: Path) -> None:
    begin = time.monotonic()
    error = failure(web("dies", "3"), tmp_path)
    assert error.reason is Reason.TARGET_DOWN
    assert error.detail.startswith("the service exited with 3: database is locked\n")
    assert error.detail.endswith("database is locked")
    assert time.monotonic() - begin < 10  # not the deadline


def test_p34_a_port_in_use_names_its_owner_and_nothing_is_started(tmp_path: Path) -> None:
    with stranger("ok") as (port, pid):
        error = failure(web("ok", migrate=("/usr/bin/touch", "ran")), tmp_path, port=port)
    assert error.reason is Reason.TARGET_DOWN
    assert f"port {port} cannot be had" in error.detail
    assert f"it is used by pid {pid} (python" in error.detail
    assert not (tmp_path / "ran").exists()


@contextlib.contextmanager
def thief(folder: Path, mood: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Takes the port that `SLOW` writes down, before the service itself can."""
    stolen: list[subprocess.Popen[bytes]] = []

    def steal() -> None:
        while not (folder / "port").exists() or not (folder / "port").read_text():
            time.sleep(0.01)
        port = (folder / "port").read_text().strip()
        stolen.append(subprocess.Popen([sys.executable, WEB, port, mood], stdout=-3))
        wait_for(int(port))
        (folder / "taken").touch()

    thread = threading.Thread(target=steal)
    thread.start()
    try:
        yield stolen
    finally:
        thread.join()
        stolen[0].kill()
        stolen[0].wait()


SLOW = "echo {port} > port; until [ -e taken ]; do sleep 0.02; done; "


def test_p34_a_port_taken_in_between_names_its_owner(tmp_path: Path) -> None:
    """Our service cannot bind and dies; the other server is not healthy."""
    start = ("/bin/sh", "-c", f"{SLOW} exec {{python}} {WEB} {{port}} ok")
    with thief(tmp_path, "sick") as stolen:
        error = failure(Service(start=start, start_deadline_s=15.0), tmp_path)
    assert error.reason is Reason.TARGET_DOWN
    assert "the service exited with 1" in error.detail
    assert f"is in use by pid {stolen[0].pid} (python" in error.detail
    assert "Address already in use" in error.detail


@pytest.mark.parametrize("mood", ["ok", "sick"])
def test_p35_another_server_that_answers_is_not_our_target(tmp_path: Path, mood: str) -> None:
    start = ("/bin/sh", "-c", f"{SLOW} exec sleep 600")
    with thief(tmp_path, mood) as stolen:
        error = failure(Service(start=start, start_deadline_s=2.5), tmp_path)
    assert error.reason is Reason.WRONG_TARGET
    assert f"listener pid {stolen[0].pid} (python" in error.detail
    assert "is not our target" in error.detail


def test_p36_a_service_that_is_never_healthy_is_down_after_the_deadline(tmp_path: Path) -> None:
    begin = time.monotonic()
    error = failure(web("sick", start_deadline_s=1.5), tmp_path)
    assert error.reason is Reason.TARGET_DOWN
    assert "was not healthy within 1.5 s" in error.detail
    assert "last: status 503" in error.detail
    assert error.detail.endswith("asked for /health")
    assert 1.5 <= time.monotonic() - begin < 3 * 5


def test_p37_a_slow_start_is_waited_for(tmp_path: Path) -> None:
    with up(web("slow", "1.2"), tmp_path) as service:
        assert service.ready_s is not None
        assert 1.2 < service.ready_s < 10
        assert service.attempts > 5


def test_p38_a_service_that_dies_later_says_how(tmp_path: Path) -> None:
    with up(web("brief", "9"), tmp_path) as service:
        assert service.died() is None
        with contextlib.suppress(Exception):
            get(f"{service.base_url}/die")
        limit = time.monotonic() + 10
        while service.died() is None and time.monotonic() < limit:
            time.sleep(0.02)
        assert service.died() == "exited with 9"
        assert service.died() == "exited with 9"


def test_p39_a_service_that_never_answers_is_down_after_the_deadline(tmp_path: Path) -> None:
    begin = time.monotonic()
    error = failure(web("hangs", start_deadline_s=2.5), tmp_path)
    assert error.reason is Reason.TARGET_DOWN
    assert "timeout" in error.detail
    assert time.monotonic() - begin < 3 * 5


def test_three_healthy_answers_in_a_row_are_wanted(tmp_path: Path) -> None:
    error = failure(web("flaky", start_deadline_s=2.0), tmp_path)
    assert error.reason is Reason.TARGET_DOWN


def test_a_service_on_another_port_is_told_about_the_placeholder(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        fixed = held.getsockname()[1]
    service = Service(start=("{python}", WEB, str(fixed), "ok"), start_deadline_s=2.0)
    error = failure(service, tmp_path)
    assert error.reason is Reason.TARGET_DOWN
    assert f"but the target listens on {fixed}: pass {{port}} to it" in error.detail


def test_a_service_that_daemonised_its_listener_is_ours_and_ends(tmp_path: Path) -> None:
    with up(web("forked"), tmp_path) as service:
        processes = alive_below(service.pid)
        assert len(processes) >= 3  # and the zombie of the process in between
    assert gone(processes)


def test_a_service_that_ignores_sigterm_is_killed_with_its_children(tmp_path: Path) -> None:
    with up(web("stubborn", stop_deadline_s=0.5), tmp_path) as service:
        processes = alive_below(service.pid)
        assert len(processes) == 3
        begin = time.monotonic()
    assert 0.5 <= time.monotonic() - begin < 10
    assert gone(processes)


def test_an_error_in_the_caller_stops_the_service_too(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), up(web("ok"), tmp_path) as service:
        processes = alive_below(service.pid)
        _ = 1 / 0
    assert gone(processes)


def test_a_cancellation_ends_the_wait(tmp_path: Path) -> None:
    cancel = Cancellation()
    timer = threading.Timer(1.0, cancel.set)
    timer.start()
    begin = time.monotonic()
    error = failure(web("sick", start_deadline_s=100.0), tmp_path, cancel=cancel)
    assert error.reason is Reason.CANCELLED
    assert time.monotonic() - begin < 3 * 5


def test_a_cancellation_ends_a_step(tmp_path: Path) -> None:
    cancel = Cancellation()
    threading.Timer(0.5, cancel.set).start()
    error = failure(web("ok", migrate=("/bin/sleep", "600")), tmp_path, cancel=cancel)
    assert error.reason is Reason.CANCELLED
    assert "service.migrate" in error.detail


def test_a_large_log_keeps_its_end(tmp_path: Path) -> None:
    with up(web("loud", str(9 * 1024)), tmp_path) as service:
        limit = time.monotonic() + 10
        while service.log.stat().st_size > 3 * 2**20 and time.monotonic() < limit:
            time.sleep(0.05)
        get(f"{service.base_url}/health")
        assert service.died() is None
        assert service.log.stat().st_size < 3 * 2**20
        assert service.log_tail(1) == "asked for /health"


def test_a_service_that_already_runs_is_looked_at_and_left_running(tmp_path: Path) -> None:
    with stranger("ok") as (port, pid):
        with up(Service(base_url=f"http://127.0.0.1:{port}/"), tmp_path) as service:
            assert (service.base_url, service.port) == (f"http://127.0.0.1:{port}", port)
            assert (service.ready_s, service.died(), service.log_tail()) == (None, None, "")
        assert psutil.pid_exists(pid)
        assert get(f"http://127.0.0.1:{port}/health") == 200


def test_a_service_elsewhere_that_is_down_is_told(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        error = failure(Service(base_url=url, start_deadline_s=0.5), tmp_path)
    assert error.reason is Reason.TARGET_DOWN
    assert f"{url}/health was not healthy within 0.5 s" in error.detail


def test_p62_a_service_on_another_machine_is_refused(tmp_path: Path) -> None:
    error = failure(Service(base_url="http://192.0.2.1:8000"), tmp_path)
    assert error.reason is Reason.REFUSED_BY_SAFETY
    assert error.detail.startswith("service.base_url: ")


def test_a_killed_runner_takes_the_service_along(tmp_path: Path) -> None:
    program = tmp_path / "runner.py"
    program.write_text(
        "import sys, pathlib, time\n"
        f"sys.path.insert(0, {os.getcwd()!r})\n"
        "from gates.core.target import Service\n"
        "from gates.shell.process import Cancellation\n"
        "from gates.shell.service import running\n"
        f"service = Service(start=('{{python}}', {WEB!r}, '{{port}}', 'stubborn'))\n"
        "here = pathlib.Path(sys.argv[1])\n"
        "with running(service, tree=here, python=sys.executable, env={}, variables={},\n"
        "             output=here / 'out', cancel=Cancellation()) as found:\n"
        "    print(found.pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, str(program), str(tmp_path)], stdout=subprocess.PIPE
    ) as runner:
        assert runner.stdout is not None
        processes = alive_below(int(runner.stdout.readline()))
        assert len(processes) == 3
        runner.kill()
    assert gone(processes)


def test_a_command_of_the_targets_environment_is_found_before_any_other(tmp_path: Path) -> None:
    """`start = ["kinto", …]` as its manual says: kinto has no `python -m kinto`."""
    command(tmp_path / "target", "serve-it", f'exec {sys.executable} {WEB} "$@"')
    command(tmp_path / "system", "serve-it", "exit 9")
    service = Service(start=("serve-it", "{port}", "well"), start_deadline_s=15.0)
    path = f"{Path(sys.executable).parent}{os.pathsep}{tmp_path / 'system'}"
    python = str(tmp_path / "target" / "python")
    with up(service, tmp_path, python=python, env={"PATH": path}) as service_up:
        assert service_up.died() is None


def test_commands_of_our_own_tools_are_not_the_targets(tmp_path: Path) -> None:
    """A service that needs ruff has to install it: ours would be another version, unseen."""
    python = str(tmp_path / "target" / "python")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    service = Service(start=("ruff", "--port", "{port}"), start_deadline_s=5.0)
    error = failure(service, tmp_path, python=python, env={"PATH": path})
    assert "ruff not found" in error.detail
