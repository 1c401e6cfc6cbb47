"""Renames since the base, committed or not, as git sees them."""

import pytest

from gates.shell.renames import renames

TEXT = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(30))


def trees(tmp_path, base, now):
    for name, files in (("base", base), ("tree", now)):
        (tmp_path / name).mkdir()
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
    return renames(tmp_path / "base", tmp_path / "tree", tmp_path / "scratch")


@pytest.mark.parametrize(
    ("base", "now", "found"),
    [
        ({"a.py": TEXT}, {"b.py": TEXT}, {"b.py": "a.py"}),
        ({"a.py": TEXT}, {"x/y z.py": TEXT + "x = 1\n"}, {"x/y z.py": "a.py"}),
        ({"ä\n.py": TEXT}, {"ö.py": TEXT}, {"ö.py": "ä\n.py"}),
        ({"a.py": TEXT}, {"a.py": TEXT, "b.py": TEXT}, {}),
        ({"a.py": TEXT}, {"b.py": "nothing of it\n" * 60}, {}),
        ({"a.py": TEXT}, {}, {}),
        ({"a/__init__.py": ""}, {"b/__init__.py": ""}, {}),
        (
            {"a.py": TEXT, "b.py": "1\n" * 99},
            {"c.py": "1\n" * 99, "d.py": TEXT},
            {"c.py": "b.py", "d.py": "a.py"},
        ),
    ],
)
def test_renames(tmp_path, base, now, found):
    assert trees(tmp_path, base, now) == found


def test_links_are_no_files(tmp_path):
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "b.py").symlink_to("/etc/passwd")
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "a.py").write_text(TEXT)
    assert renames(tmp_path / "base", tmp_path / "tree", tmp_path / "scratch") == {}
