"""From advisories to findings: joined by alias, rated, and with the way they come in."""

import pytest

from gates.core.fingerprint import fingerprinted
from gates.core.locks.model import Package
from gates.core.model import Severity
from gates.core.requirements import Unaudited
from gates.core.vulnerable import Advisory, Hit, findings, gap_findings, gaps_of, joined, way


def package(version: str = "1.0", **more: object) -> Package:
    return Package(name="a", version=version, **more)  # type: ignore[arg-type]


def hit(*ids: str, version: str = "1.0", **more: object) -> Hit:
    return Hit(packages=(package(version),), advisory=Advisory(ids=ids, **more))  # type: ignore[arg-type]


def test_two_sources_of_one_vulnerability_are_one_finding() -> None:
    hits = (
        hit("GHSA-1", "CVE-1", severity=Severity.LOW, fixed=("2",)),
        hit("PYSEC-1", "CVE-1", severity=Severity.HIGH, fixed=("2", "3"), summary="bad"),
        hit("GHSA-2"),
    )
    for order in (hits, hits[::-1]):
        found = {finding.rule: finding for finding in findings("t", "f", order)}
        assert set(found) == {"PYSEC-1", "GHSA-2"}
        assert found["PYSEC-1"].severity is Severity.HIGH
        assert "Also known as CVE-1, GHSA-1." in found["PYSEC-1"].message


def test_a_chain_of_aliases_is_one_vulnerability() -> None:
    hits = (hit("A", "B"), hit("C", "D"), hit("B", "C"))
    assert len(joined(hits)) == 1
    assert len(joined(hits[:2])) == 2


def test_versions_of_one_package_are_one_finding_with_one_fingerprint() -> None:
    (both,) = findings("t", "f", (hit("A", version="1.0"), hit("A", version="1.1")))
    assert both.message.startswith("a 1.0, 1.1 (severity unknown): ")
    (moved,) = findings("t", "f", (hit("A", version="1.2"),))
    prints = [fingerprinted([one])[0].fingerprint for one in (both, moved)]
    assert prints[0] == prints[1], "a baseline survives a version that is still vulnerable"


@pytest.mark.parametrize(
    ("given", "severity", "metric"),
    [
        ({"severity": Severity.CRITICAL}, Severity.CRITICAL, "dependencies.high"),
        ({"severity": Severity.HIGH}, Severity.HIGH, "dependencies.high"),
        ({"severity": Severity.MEDIUM}, Severity.MEDIUM, "dependencies.others"),
        ({"severity": Severity.INFO}, Severity.INFO, "dependencies.others"),
        ({}, Severity.CRITICAL, "dependencies.high"),
        ({"severity": Severity.LOW, "exploited": True}, Severity.CRITICAL, "dependencies.high"),
    ],
)
def test_what_a_finding_counts_for(
    given: dict[str, object], severity: Severity, metric: str
) -> None:
    (found,) = findings("t", "f", (hit("A", **given),))
    assert (found.severity, found.metric) == (severity, metric)
    assert found.label == ("known exploited" if "exploited" in given else "")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"direct": True, "chain": ("a",)}, "direct dependency"),
        ({"direct": True, "chain": ("a",), "groups": ("dev",)}, "direct dependency for dev"),
        ({"direct": False, "chain": ("b", "a")}, "transitive dependency: b > a"),
        ({"direct": False}, "transitive dependency, nobody says whose"),
        ({}, ""),
    ],
)
def test_the_way_a_package_comes_in(given: dict[str, object], words: str) -> None:
    assert way(package(**given)) == words


def test_the_fix_names_the_dependency_to_move() -> None:
    below = Hit(
        packages=(package(direct=False, chain=("b", "a")),),
        advisory=Advisory(ids=("A",), fixed=("1.1", "2.0")),
    )
    (found,) = findings("t", "f", (below,))
    assert found.fix == "Move a to 1.1 or 2.0, by way of b."
    assert findings("t", "f", (hit("A"),))[0].fix == "Replace a: no fix exists."


def test_a_gap_keeps_its_name_when_the_version_changes() -> None:
    gaps = [gaps_of([package(version, gap="why")])[0] for version in ("1.0", "1.1")]
    one, other = gap_findings("t", "f", gaps)
    assert one.message == "a 1.0: could not be audited: why"
    assert one.context == other.context == "a"
    (option,) = gap_findings("t", "f", [Unaudited(1, "-e ../x", "why")])
    assert option.context == "-e ../x"
