"""How conditions and numbers are written, for people and for programs."""

from gates.core.model import Measurement


def formal(groups: tuple[tuple[str, ...], ...]) -> str:
    """The groups as the policy writes them, for programs to read again."""
    return ", or ".join(" and ".join(group) for group in groups)


def words(groups: tuple[tuple[str, ...], ...]) -> str:
    """The groups as people write them: `>= 90`, `0`, `>= 42 and <= 60, or 0`."""
    return ", or ".join(" and ".join(plain(text) for text in group) for group in groups)


def plain(condition: str) -> str:
    """A condition as people write it: the sign of equality goes without saying."""
    return condition.removeprefix("==").strip()


def first_line(text: str) -> str:
    """The first line of a detail; the others are for whoever opens the gate."""
    return text.partition("\n")[0]


def against(measured: Measurement) -> str:
    """The base that was used, or nothing."""
    return "" if measured.base is None else f" (base {shown(measured.base)})"


def shown(value: float) -> str:
    """A number as people write it: at most four significant digits, no exponent below 10^15."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.4g}"
