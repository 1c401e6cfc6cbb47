"""Verification commands: what is a question of ours, what is refused, what is only words."""

import pytest

from gates.core.claims import commands
from gates.core.claims.commands import Exists, Find, Prose, Readable, Search
from gates.core.claims.words import Refused

ALLOWED = [
    ("ls", Exists(paths=(".",))),
    ("ls -la src docs", Exists(paths=("src", "docs"))),
    ("test -f src/app.py", Exists(paths=("src/app.py",), kind="f")),
    ("test -d src", Exists(paths=("src",), kind="d")),
    ("test -e src", Exists(paths=("src",), kind="e")),
    ("[ -s README.md ]", Exists(paths=("README.md",), kind="s")),
    ("grep -q 'def add' src/app.py", Search(pattern="def add", paths=("src/app.py",))),
    (
        'grep -rniE "a|b" src',
        Search(pattern="a|b", paths=("src",), extended=True, ignore_case=True, recursive=True),
    ),
    ("grep -lis x a", Search(pattern="x", paths=("a",), ignore_case=True)),
    ("grep -r x", Search(pattern="x", paths=(".",), recursive=True)),
    ("grep -F -c -- -x a", Search(pattern="-x", paths=("a",), fixed=True)),
    ("cat README.md", Readable(paths=("README.md",))),
    ("head -n 5 a", Readable(paths=("a",))),
    ("tail -20 a b", Readable(paths=("a", "b"))),
    ("wc -l a", Readable(paths=("a",))),
    ("find src -name '*.py' -type f", Find(paths=("src",), name="*.py", kind="f")),
    ("`test -f a`", Exists(paths=("a",), kind="f")),
    ("$ cat a", Readable(paths=("a",))),
    ("cat 'a b' a\"\\$\"b", Readable(paths=("a b", "a$b"))),
]


@pytest.mark.parametrize(("text", "expected"), ALLOWED)
def test_a_read_only_question_is_understood(text, expected):
    assert commands.parse(text) == expected


LEAVES = [
    *("cat ../secret", "cat a/../../b", "cat /etc/passwd", "cat ~/.ssh/id", "cat ~root/x"),
    *("ls ..", "test -f /dev/zero", "grep -r x /", "find / -name passwd", "head C:/x"),
    *("cat 'a/../../b'", "cat '\\\\server\\share'", "grep x a ../b", "wc -l '..'"),
]
SHELLS = [
    *("cat a; rm -rf .", "cat a | sh", "cat a && id", "cat a & id", "cat $(id)", "cat `id`"),
    *("cat a > b", "cat < a", "cat a >> b", "cat a\nid", "cat a\rid", "cat <(id)"),
    *("cat $HOME/x", "cat ${HOME}", 'cat "$HOME"', 'cat "`id`"', "cat a || id", "cat !!"),
    *("cat *", "cat a?", "cat [ab]", "cat {a,b}", "ls src/*.py", "cat a\x00b", "cat 'a\x00b'"),
    *("cat a\\ b", "cat 'a", 'cat "a', "cat a # b", "cat a\x1b[2Jb", "cat a\u2028id"),
]
NOT_OURS = [
    *("test a = b", "test ! -f a", "test -x a", "test -f a b", "test -f", "[ -f a", "[ a ]"),
    *("grep x", "grep -P x a", "grep -f a b", "grep --include=x y", "grep -EF a b", "grep x -v a"),
    *("cat", "cat -", "cat -v a", "wc a", "wc -c a", "head", "head -c 5 a", "tail -f a", "ls -Z"),
    *("find .", "find . -name x -delete", "find . -name x -exec id", "find . -name x -o"),
    *("find . -name x -type l", "find . -exec rm", "find -name", "cat " + "a " * 60),
    *("cat " + "a" * 2_000, "grep -E '(' a", "grep '\\(' a", "grep '[a' a", "grep '\\d' a"),
    *("grep -E 'a**' a", "grep -E '+' a", "grep -E 'a{5000}' a", "grep '[[:nope:]]' a"),
    "grep -E 'a{1,99999}' a",
]


@pytest.mark.parametrize("text", [*LEAVES, *SHELLS, *NOT_OURS])
def test_anything_else_that_begins_like_one_is_refused_in_words(text):
    with pytest.raises(Refused, match="[a-z]"):
        commands.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("run it and see", "pytest -q", "curl http://127.0.0.1/", "rm -rf /", "sh -c 'cat a'"),
        *("cats are nice", "", "python -c 'print(1)'", "/bin/cat a", "env cat a", "sudo cat a"),
        *("exec cat a", "./cat a", "LS a", "git log", "(cat a)", "eval cat a", "(cat a)"),
    ],
)
def test_words_for_people_are_never_a_command(text):
    assert isinstance(commands.parse(text), Prose)


@pytest.mark.parametrize(
    ("pattern", "extended", "line", "found"),
    [
        ("a+b", False, "a+b", True),
        ("a+b", False, "aab", False),
        ("a\\+b", False, "aab", True),
        ("a+b", True, "aab", True),
        ("a\\+b", True, "a+b", True),
        ("(a|b)c", True, "bc", True),
        ("(a|b)c", False, "(a|b)c", True),
        ("\\(a\\|b\\)c", False, "bc", True),
        ("*a", False, "*a", True),
        ("a\\{2\\}", False, "aa", True),
        ("a\\{2\\}", False, "a", False),
        ("a{2}", False, "a{2}", True),
        ("a{2,3}$", True, "aaa", True),
        ("^a", False, "ba", False),
        ("a^b", False, "a^b", True),
        ("a$b", False, "a$b", True),
        ("\\>def", False, "def", False),
        ("x\\<", False, "x", False),
        ("[[:digit:]]x", False, "5x", True),
        ("[]a]", False, "]", True),
        ("[^a]", False, "a", False),
        ("[a\\]", False, "\\", True),
        ("\\<def\\>", False, "x def y", True),
        ("\\<def\\>", False, "undefined", False),
        ("a.c", False, "abc", True),
        ("a\\.c", False, "abc", False),
        ("(?:a)", False, "a", False),
        ("#", False, "a # b", True),
        (" ", False, "a b", True),
    ],
)
def test_patterns_mean_what_they_mean_to_grep(pattern, extended, line, found):
    compiled = commands.pattern_of(Search(pattern=pattern, paths=("a",), extended=extended))
    assert bool(compiled.search(line)) is found
