"""What the help of each command says beyond its options: examples, exit codes, files, variables.

One source for `gatescore COMMAND --help`, `gatescore help` and the man page. Read only when help is
asked for.
"""

import msgspec

Told = tuple[tuple[str, str], ...]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of one command; every pair is a term and what it means."""

    examples: Told
    exits: Told
    files: Told = ()
    environment: Told = ()


USAGE = ("2", "wrong usage, policy or target file: the text says which and what to do")
BUG = ("5", "a bug of gatescore; the traceback is in .gatescore/bug.log")
VERDICT: Told = (
    ("0", "PASS, or WARN"),
    ("1", "FAIL"),
    USAGE,
    ("3", "INCONCLUSIVE: something could not be judged"),
    ("4", "refused by the safety policy; nothing was sent"),
    BUG,
    ("130, 143", "cancelled; what was judged until then is kept"),
)
DONE: Told = (("0", "done"), USAGE, BUG)
TARGET = ("gatescore.toml", "the target file; gatescore init writes a first one")
RUNS = (".gatescore/runs/<id>/", "every run: scorecard.html, scorecard.json and the other reports")
HISTORY_FILE = (".gatescore/history.db", "the runs over time")
WAIVERS = ("gatescore/waivers.toml", "findings that are accepted for a while")
BASELINE = ("gatescore/baseline.json", "findings that are known")
HISTORY = (
    "GATESCORE_HISTORY",
    "the history, where --history does not say it: a file or an address",
)
CACHE = ("GATESCORE_CACHE", "folder of the environments that are kept; else below XDG_CACHE_HOME")
COLOR = ("NO_COLOR, FORCE_COLOR", "no colour, and colour where there is no terminal")
OWN = ("names in service.env_from", "given to the service; the target file names them")
PROXIES = ("HTTP_PROXY, PIP_*, UV_*, NPM_CONFIG_*", "for installing packages alone")
RUNNING = (HISTORY, CACHE, COLOR, OWN, PROXIES)

PAGES = {
    "init": Page(
        examples=(
            ("gatescore init", "look at this folder"),
            ("gatescore init services/orders", "at one service of a repository with several"),
            ("gatescore run --level 1 --policy starter", "then: the first run"),
        ),
        exits=DONE,
        files=(TARGET,),
    ),
    "run": Page(
        examples=(
            ("gatescore run", "judge the target here, all levels of the profile"),
            ("gatescore run services/orders --level 1", "what every commit has to show"),
            ("gatescore run --gate lint --gate tests", "only these gates; the run is partial"),
            ("gatescore run --profile ci --base origin/main", "a change, under main's rules"),
            ("gatescore run --output out --resume", "go on with a run that was cut off"),
        ),
        exits=VERDICT,
        files=(TARGET, RUNS, HISTORY_FILE, WAIVERS, BASELINE),
        environment=RUNNING,
    ),
    "plan": Page(
        examples=(
            ("gatescore plan --shards 4 --output plan.json", "deal the gates to four machines"),
            ("gatescore run --plan plan.json --shard 1 --output s1", "on the first of them"),
            ("gatescore merge --plan plan.json s1 s2 s3 s4", "and one run of them"),
        ),
        exits=DONE,
        files=(TARGET,),
    ),
    "merge": Page(
        examples=(
            ("gatescore merge --plan plan.json s1 s2.zip", "folders or archives of the shards"),
            ("gatescore merge --plan plan.json --needs needs.json s*", "name jobs that never ran"),
        ),
        exits=VERDICT,
        files=(TARGET, RUNS, HISTORY_FILE),
        environment=(HISTORY, COLOR),
    ),
    "list": Page(
        examples=(
            ("gatescore list", "the standard policy"),
            ("gatescore list --policy starter --format json", "for programs"),
        ),
        exits=DONE,
    ),
    "explain": Page(
        examples=(
            ("gatescore explain smoke", "a gate with all of its criteria"),
            ("gatescore explain tests.coverage", "one criterion"),
            ("gatescore explain F401", "a rule of a tool, with what the newest run found"),
        ),
        exits=DONE,
    ),
    "doctor": Page(
        examples=(
            ("gatescore doctor", "this machine, and the target here"),
            ("gatescore doctor services/orders --format json", "for programs"),
        ),
        exits=(
            ("0", "nothing is BAD; a warning changes no exit code"),
            USAGE,
            ("3", "a line is BAD: gates here would be inconclusive"),
            BUG,
        ),
        environment=(CACHE,),
    ),
    "open": Page(
        examples=(
            ("gatescore open", "the newest scorecard here"),
            ("gatescore open orders", "the newest of a target, by its name or folder"),
            ("gatescore open --print", "its path alone, for a program"),
        ),
        exits=(("0", "shown, or its path told where there is no display"), USAGE, BUG),
        files=(RUNS,),
        environment=(("BROWSER", "the program that shows it"),),
    ),
    "completion": Page(
        examples=(
            ("source <(gatescore completion bash)", "in bash, for this shell"),
            (
                "gatescore completion bash > ~/.local/share/bash-completion/completions/gatescore",
                "for every bash to come",
            ),
            ('gatescore completion zsh > "${fpath[1]}/_gatescore"', "in zsh"),
            (
                "gatescore completion fish > ~/.config/fish/completions/gatescore.fish",
                "in fish",
            ),
        ),
        exits=DONE,
    ),
    "help": Page(
        examples=(
            ("gatescore help run", "what gatescore run --help says"),
            ("gatescore help --man > gatescore.1 && man ./gatescore.1", "all of it, as a man page"),
        ),
        exits=DONE,
    ),
    "compat": Page(
        examples=(
            ("gatescore compat main:openapi.json openapi.json", "what this branch breaks"),
            ("gatescore compat old.yaml http://127.0.0.1:8000/openapi.json", "against a service"),
        ),
        exits=(("0", "nothing breaks"), ("1", "something breaks a client"), USAGE, BUG),
    ),
    "judge": Page(
        examples=(
            ("gatescore judge .gatescore/runs/ID --policy strict", "what strict would have said"),
        ),
        exits=VERDICT,
        files=(RUNS,),
    ),
    "report": Page(
        examples=(
            ("gatescore report .gatescore/runs/ID", "all formats anew"),
            ("gatescore report out --format sarif,junit --output ci", "some, elsewhere"),
        ),
        exits=(*DONE, ("3", "a report could not be kept")),
        files=(RUNS,),
    ),
    "annotate": Page(
        examples=(("gatescore annotate .gatescore/runs/ID", "in a step of a workflow"),),
        exits=DONE,
        files=(RUNS,),
    ),
    "github": Page(
        examples=(
            ("gatescore github --output out run --profile ci", "a run with summary and outputs"),
        ),
        exits=VERDICT,
        files=(RUNS,),
        environment=(("GITHUB_OUTPUT, GITHUB_STEP_SUMMARY", "where outputs and summary go"),),
    ),
    "status": Page(
        examples=(
            ("gatescore status", "of the newest run here"),
            ("gatescore status --target orders --format json", "of one target, for programs"),
        ),
        exits=VERDICT,
        files=(RUNS,),
    ),
    "attest": Page(
        examples=(
            ("gatescore attest .gatescore/runs/ID --key ci.pem", "sign what the run proved"),
            (
                "gatescore attest .gatescore/runs/ID --sigstore --subject app=dist/app.whl",
                "as a pipeline, for what was built",
            ),
        ),
        exits=DONE,
        files=(RUNS,),
    ),
    "verify": Page(
        examples=(
            (
                "gatescore verify --subject gitCommit:SHA --policy-digest sha256:D --require L1,L2"
                " --envelope attestation.intoto.jsonl --key ci.pem.pub",
                "offline, before a deployment",
            ),
        ),
        exits=(("0", "every demand is proved"), USAGE, ("3", "refused; one line says why"), BUG),
    ),
    "keygen": Page(
        examples=(("gatescore keygen ci.pem", "a key for gatescore attest"),),
        exits=DONE,
    ),
    "heartbeat": Page(
        examples=(("gatescore heartbeat --level 3 --max-age 26h", "did the night take place?"),),
        exits=(("0", "there is a run that still counts"), ("1", "there is none"), USAGE, BUG),
        files=(RUNS,),
    ),
    "approve": Page(
        examples=(
            (
                "gatescore approve .gatescore/runs/ID --role expert --key ~/.ssh/id_ed25519",
                "sign a run",
            ),
        ),
        exits=DONE,
        files=(("gatescore/signoffs/", "what was signed"),),
    ),
    "baseline": Page(
        examples=(
            ("gatescore baseline --policy starter", "the findings of the last run here"),
            ("gatescore baseline --revision main", "those of a revision"),
        ),
        exits=(*DONE, ("3", "a gate could not look: what it would find is not in it")),
        files=(BASELINE, RUNS),
    ),
    "waive": Page(
        examples=(
            (
                'gatescore waive 3f9c2a --reason "gone with 2.0" --owner ann --days 30',
                "the digits are of the finding, in the scorecard",
            ),
        ),
        exits=DONE,
        files=(WAIVERS, RUNS),
    ),
    "corpus": Page(
        examples=(("gatescore corpus add .gatescore/runs/ID", "replay its cases from now on"),),
        exits=DONE,
        files=(("gatescore/corpus/", "the cases"),),
    ),
    "regression": Page(
        examples=(
            ("gatescore regression .gatescore/runs/ID --output tests/test_contract.py", "as tests"),
        ),
        exits=DONE,
        files=(RUNS,),
    ),
    "prove": Page(
        examples=(
            ("gatescore prove", "every gate"),
            ("gatescore prove lint secrets", "two of them"),
        ),
        exits=(
            ("0", "every planted defect was caught"),
            ("1", "one was not"),
            USAGE,
            ("3", "none was planted"),
            BUG,
        ),
        environment=(CACHE,),
    ),
    "diff": Page(
        examples=(
            ("gatescore diff", "the newest run and the one before"),
            ("gatescore diff A B --format html > diff.html", "two runs, for people"),
        ),
        exits=DONE,
        files=(RUNS, HISTORY_FILE),
        environment=(HISTORY,),
    ),
    "history": Page(
        examples=(
            ("gatescore history --target orders --last 50", "verdicts, trends, flaky gates"),
            ("gatescore history import artifacts/*/scorecard.json", "of other machines"),
        ),
        exits=DONE,
        files=(HISTORY_FILE,),
        environment=(HISTORY,),
    ),
    "site": Page(
        examples=(("gatescore site --output public", "a page for a team, of all its services"),),
        exits=DONE,
        files=(HISTORY_FILE,),
        environment=(HISTORY,),
    ),
    "issue": Page(
        examples=(
            ("gatescore issue out --before last --output issue.md", "where the verdict changed"),
        ),
        exits=DONE,
        files=(RUNS,),
    ),
}
ANY = Page(examples=(), exits=DONE)


def page(verb: str) -> Page:
    """What is told of a command; of one of another package only what holds for all."""
    return PAGES.get(verb, ANY)


def parts(told: Page) -> tuple[tuple[str, Told], ...]:
    """The parts of a page that are not empty, in their order."""
    every = (
        ("examples", told.examples),
        ("exit codes", told.exits),
        ("files", told.files),
        ("environment variables", told.environment),
    )
    return tuple((title, pairs) for title, pairs in every if pairs)


def epilog(verb: str) -> str:
    """The end of a command's help as text."""
    return "\n\n".join(
        "\n".join((f"{title}:", *(_line(title, *pair) for pair in pairs)))
        for title, pairs in parts(page(verb))
    )


def _line(title: str, term: str, text: str) -> str:
    return f"  {term:9} {text}" if title == "exit codes" else f"  {term}\n      {text}"
