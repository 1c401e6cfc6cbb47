"""Asks the runner to cut, hang, slow and restore what the service depends on, or to restart it."""

from gates.shell.control import ControlError, Instance, Led, Order, Reply, ask

__all__ = ["ControlError", "Door", "Instance", "Led"]


class Door:
    """The runner's door. Every method raises ControlError where the order was not carried out."""

    def __init__(self, path: str) -> None:
        self._path = path

    def cut(self, name: str) -> None:
        """Refuse connections to the upstream, and reset the open ones."""
        self._ask(Order(do="cut", name=name))

    def hang(self, name: str) -> None:
        """Accept connections to it, and let nothing through."""
        self._ask(Order(do="hang", name=name))

    def slow(self, name: str, seconds: float) -> None:
        """Delay whatever it answers."""
        self._ask(Order(do="slow", name=name, seconds=seconds))

    def restore(self, name: str) -> None:
        """Give it back as it was."""
        self._ask(Order(do="restore", name=name))

    def seen(self, name: str, text: str) -> Reply:
        """Whether the service sent it this text, and whether it speaks HTTP to it."""
        return self._ask(Order(do="seen", name=name, text=text))

    def upstreams(self) -> dict[str, Led]:
        """Every upstream, and what passed to it."""
        return self._ask(Order(do="state")).upstreams

    def instances(self) -> tuple[Instance, ...]:
        """Every start of the service."""
        return self._ask(Order(do="state")).instances

    def second(self) -> Instance:
        """Start another instance with the same state on another port; returns when healthy."""
        return _instance(self._ask(Order(do="second")))

    def restart(self) -> Instance:
        """Stop the first instance and start it anew on its port; returns when healthy."""
        return _instance(self._ask(Order(do="restart")))

    def stop(self, number: int) -> Instance:
        """Send SIGTERM to one instance; returns when it has ended, or was killed."""
        return _instance(self._ask(Order(do="stop", number=number)))

    def _ask(self, order: Order) -> Reply:
        return ask(self._path, order)


def _instance(reply: Reply) -> Instance:
    if reply.instance is None:
        raise ControlError("the runner told no instance")
    return reply.instance
