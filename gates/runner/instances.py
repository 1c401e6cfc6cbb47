"""The starts of one service that a gate may ask for: anew, beside the first, and stopped."""

from contextlib import ExitStack

from gates.core.model import Reason
from gates.shell.aftermath import ended
from gates.shell.cancellation import Cancellation
from gates.shell.control import Instance
from gates.shell.process import Finished
from gates.shell.service import Place, Running, ServiceError, beside, reserved_port, started, stop


class Instances:
    """All with one state folder. The first is the runner's, the others end with `close`."""

    def __init__(self, first: Running, cancel: Cancellation) -> None:
        self._all = [first]
        self._stopped: set[int] = set()
        self._cancel = cancel
        self._open = ExitStack()
        self._logs = 1

    @property
    def disturbed(self) -> bool:
        """Whether the first is no longer what the runner started."""
        return bool(self._stopped)

    def listed(self) -> tuple[Instance, ...]:
        """Every start so far."""
        return tuple(self._told(number) for number in range(len(self._all)))

    def second(self) -> Instance:
        """Start another beside those that run, on a free port. Raises ServiceError."""
        with reserved_port(0) as port:
            place = self._beside(self._place(), port)
        return self._started(place)

    def restart(self) -> Instance:
        """Stop the first and start it anew on its port. Raises ServiceError."""
        place = self._place()
        self.stop(0)
        with reserved_port(place.port):
            anew = self._beside(place, place.port)
        return self._started(anew)

    def stop(self, number: int) -> Instance:
        """Ask one to end, as politely as the target file says. Raises ServiceError."""
        if not 0 <= number < len(self._all):
            raise ServiceError(Reason.ADAPTER_BUG, f"there is no instance {number}")
        running = self._all[number]
        place, supervised = self._place(), running.supervised
        if supervised is not None:
            self._stopped.add(number)
            stop(supervised, place.service.stop_deadline_s, self._cancel)
        return self._told(number)

    def close(self) -> None:
        """End all but the first."""
        self._open.close()

    def _place(self) -> Place:
        place = self._all[0].place
        if place is None:
            text = "the service was running already: only one that we start can be stopped"
            raise ServiceError(Reason.TARGET_DOWN, text)
        return place

    def _beside(self, place: Place, port: int) -> Place:
        self._logs += 1
        return beside(place, port, place.output / f"{place.log.stem}.{self._logs}.log")

    def _started(self, place: Place) -> Instance:
        self._all.append(self._open.enter_context(started(place, self._cancel)))
        return self._told(len(self._all) - 1)

    def _told(self, number: int) -> Instance:
        running = self._all[number]
        finished: Finished | None = running.supervised.wait(0) if running.supervised else None
        return Instance(
            number=number,
            base_url=running.base_url,
            log=str(running.log),
            ended=ended(finished) if finished else "",
            by_us=number in self._stopped,
        )
