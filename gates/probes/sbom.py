"""Write what the dependency files name as a CycloneDX 1.6 document, and count its components.

Nothing random and no time is in it: one set of files gives the same bytes. No address either, since
addresses may hold credentials. Input: tree, files, target, output. Prints one ToolReport.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from gates.core.locks import graph
from gates.core.locks.model import Ecosystem, Package
from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.probes import _common, _listed

TOOL = "sbom"
ALGORITHMS = {
    "sha1": HashAlgorithm.SHA_1,
    "sha256": HashAlgorithm.SHA_256,
    "sha384": HashAlgorithm.SHA_384,
    "sha512": HashAlgorithm.SHA_512,
    "md5": HashAlgorithm.MD5,
}
PURL = {Ecosystem.PYPI: "pypi", Ecosystem.NPM: "npm"}


def measure(given: Mapping[str, Any]) -> ToolReport:
    """Write the document. Raises ProbeError where a file is unreadable."""
    listed = _listed.read(Path(given["tree"]), given["files"])
    packages = [package for item in listed for package in item.all if package.version]
    written = document(given["target"], packages)
    Path(given["output"]).write_bytes(written)
    count = len(json.loads(written).get("components", ()))
    return ToolReport(
        tool=TOOL,
        examined=count,
        examined_unit="components",
        measurements={"sbom.components": Measurement(value=count)},
        findings=tuple(_missing(listed)),
    )


def _missing(listed: Iterable[_listed.Listed]) -> Iterator[Finding]:
    """One finding for each file with entries that no SBOM can name."""
    for item in listed:
        count = len(item.gaps) - sum(bool(p.gap and p.version) for p in item.all)
        if count > 0:
            yield Finding(
                tool=TOOL,
                rule="not-in-sbom",
                severity=Severity.INFO,
                message=f"{count} entries are not in the SBOM: the file gives them no version",
                path=item.file,
                fix="Name the lock file that pins them in dependencies.files.",
                context=item.file,
            )


def document(target: str, packages: Iterable[Package]) -> bytes:
    """Return the document about a target as JSON, sorted."""
    everything = tuple(packages)
    by_kind = {
        kind: graph.merged(package for package in everything if package.ecosystem is kind)
        for kind in Ecosystem
    }
    bom = Bom()
    root = Component(name=target, type=ComponentType.APPLICATION, bom_ref="target")
    bom.metadata.component = root
    made = {
        (kind, package.key): _component(package)
        for kind, found in by_kind.items()
        for package in found
    }
    bom.components.update(made.values())
    direct = [made[kind, p.key] for kind, found in by_kind.items() for p in found if _is_top(p)]
    bom.register_dependency(root, direct)
    for kind, found in by_kind.items():
        for package in found:
            below = [made[kind, key] for key in package.requires if (kind, key) in made]
            bom.register_dependency(made[kind, package.key], below)
    return _settled(JsonV1Dot6(bom).output_as_string())


def _component(package: Package) -> Component:
    group, _, name = package.name.rpartition("/")
    purl = PackageURL(PURL[package.ecosystem], group or None, name, package.version)
    return Component(
        name=name,
        group=group or None,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=purl.to_string(),
        purl=purl,
        scope=ComponentScope.OPTIONAL if package.groups else ComponentScope.REQUIRED,
        hashes=[
            HashType(alg=ALGORITHMS[algorithm], content=digest)
            for algorithm, _, digest in (text.partition(":") for text in package.hashes)
            if algorithm in ALGORITHMS
        ],
    )


def _is_top(package: Package) -> bool:
    """What the target asks for; where a file does not say, all that it lists."""
    return package.direct is not False


def _settled(text: str) -> bytes:
    """The document without what differs from run to run."""
    value = json.loads(text)
    value.pop("serialNumber", None)
    value["metadata"].pop("timestamp", None)
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


if __name__ == "__main__":
    _common.run(measure)
