"""Forks one program into a session of its own, with closed stdin and its output in files.

Standard library only and for a process without threads: the supervisor is its one caller.
"""

import os
import signal
from typing import Any

from gates.shell.descendants import signal_when_parent_ends

# Ignored signals are inherited: a job started with `&` in a shell ignores SIGINT, Python SIGPIPE.
DEFAULTED = (
    *(signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE),
    *(signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGXFSZ),
    *(signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU),
)


def launch(control: dict[str, Any]) -> tuple[int, str]:
    """Starts `argv` in `cwd` with exactly `env`; returns its pid, and why it did not start."""
    reader, writer = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            _become(control, writer, parent)
        finally:
            os._exit(127)
    os.close(writer)
    with open(reader, encoding="utf-8", errors="replace") as trouble:
        return pid, trouble.read()


def _become(control: dict[str, Any], trouble: int, parent: int) -> None:
    """Turns this forked child into the program; returns only after writing why it could not."""
    os.setsid()
    signal_when_parent_ends(signal.SIGKILL)
    if os.getppid() != parent:
        return
    _default_signals()
    step = control["stdout"]
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(_append(step), 1)
        step = control["stderr"]
        os.dup2(_append(step), 2)
        step = control["cwd"]
        os.chdir(step)
        step = control["argv"][0]
        os.execvpe(step, control["argv"], control["env"])  # noqa: S606  # nosec B606
    except (OSError, ValueError) as error:
        os.write(trouble, _refusal(step, error, step == control["argv"][0]).encode())


def _append(path: str) -> int:
    """Opens an output file so that cutting it leaves no hole."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _default_signals() -> None:
    """Undoes what this process was told to do with signals."""
    signal.set_wakeup_fd(-1)
    for number in DEFAULTED:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _refusal(step: str, error: OSError | ValueError, is_program: bool) -> str:
    """Why the program could not be started, for people."""
    if not isinstance(error, OSError):
        return "an argument or a variable of the environment holds a NUL character"
    what = step if is_program else f"file or folder {step}"
    if isinstance(error, FileNotFoundError) and is_program and os.path.isfile(step):
        return f"{what}: the interpreter named in its first line was not found"
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"{what} not found"
    if isinstance(error, PermissionError):
        return f"{what} may not be used: permission denied"
    return f"{what} could not be started: {error.strerror}"
