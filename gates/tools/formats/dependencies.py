"""What every adapter of the dependencies gate tells its probe."""

from gates.core.target import Dependencies
from gates.core.tool import Options


def given(
    dependencies: Dependencies, files: tuple[str, ...], options: Options
) -> dict[str, object]:
    """The probe's input: the files to audit, and where the advisories come from."""
    exported = dependencies.exported
    return {
        "tree": options.tree,
        "files": files,
        "advisories": options.advisories,
        "service": options.osv_url,
        "partial": dependencies.partial,
        "exported": exported.isoformat() if exported else "",
        "today": options.today,
    }
