"""The service against its document, by Schemathesis: all four phases, seeded, over HTTP.

Its exit code tells nothing: 1 stands for failures, for a dead target and for a crash of its own.
The JSON report says how the run ended, the digest of its events what was asked and answered. One
run for each identity and seed, each on a fresh state; then the corpus is replayed.
"""

import hashlib
from pathlib import PurePosixPath

import msgspec

from gates.core.behaviour import Contract
from gates.core.contract_findings import ACCEPTED, EXERCISED, REJECTED, RESPONSES, SERVER_ERRORS
from gates.core.model import ToolReport
from gates.core.target import Auth, Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import contract_report, planted
from gates.tools.formats.caller import IDENTITIES, caller_input

DISTRIBUTION = "schemathesis"
METRICS = {
    SERVER_ERRORS: Metric("Server errors"),
    RESPONSES: Metric("Responses that break the document"),
    ACCEPTED: Metric("Invalid input accepted"),
    REJECTED: Metric("Valid input rejected"),
    EXERCISED: Metric("Operations that gave at least one answer", "%"),
}
DEFAULT = "default"
HEADER = "GATESCORE_HEADER_"  # + index: the shell sets one per header name in sorted order
SECRETS = "GATESCORE_HEADERS"  # of the identity of [auth]; of another one: with ":NAME"
PHASES = "examples,coverage,fuzzing,stateful"
# Own gates ask whether objects are exposed; a framework's Allow header is no part of the document.
NOT_CHECKED = "allow_header_conformance,object_level_authorization"
REFUSALS = '["4xx", "5xx"]'
# What a service may say to a request that is well formed: its rules, its state, its load.
ANSWERS = (
    '["2xx", "3xx", "401", "402", "403", "404", "408", "409", "410", "412", "413", "414", "423",'
    ' "424", "425", "428", "429", "431", "451", "5xx"]'
)
CHECKS = (
    f"[checks.negative_data_rejection]\nexpected-statuses = {REFUSALS}\n"
    f"[checks.missing_required_header]\nexpected-statuses = {REFUSALS}\n"
    f"[checks.positive_data_acceptance]\nexpected-statuses = {ANSWERS}\n"
)
MARGIN_S = 120.0  # for what is not fuzzing
REQUEST_S = 10.0  # for an answer to begin, and again for its body to be whole
MOST_CASES = 500
REPLAY_REQUESTS = 1_500
REPLAY_S = 60.0


class Part(msgspec.Struct, frozen=True):
    """One run: as whom, with which seed."""

    number: int
    identity: str
    seed: int


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The runs, in our output folder: no configuration of the target counts, no litter in it."""
    contract = target.contract or Contract()
    plan = parts(contract, options)
    runs = tuple(_run(part, len(plan), target, contract, options) for part in plan)
    cases = corpus_files(contract, options)
    return (*runs, _replay(cases, target, options)) if cases else runs


def parts(contract: Contract, options: Options) -> tuple[Part, ...]:
    """Every identity with every seed."""
    identities = (DEFAULT, *(name for name in contract.identities if name != DEFAULT))
    pairs = [(identity, seed) for identity in identities for seed in seeds(options)]
    return tuple(Part(number, *pair) for number, pair in enumerate(pairs))


def seeds(options: Options) -> tuple[int, ...]:
    """One fixed seed, or as many as `seeds` says, made of the run's revision and day."""
    settings = options.settings
    wanted = settings.get("seeds", 0)
    if not isinstance(wanted, int) or wanted < 1:
        seed = settings.get("seed", 1)
        return (seed if isinstance(seed, int) else 1,)
    made = (f"{options.revision}:{options.today}:{number}" for number in range(wanted))
    return tuple(int(hashlib.sha256(text.encode()).hexdigest()[:7], 16) for text in made)


def corpus_files(contract: Contract, options: Options) -> tuple[str, ...]:
    """The cases that the target keeps, relative to its tree."""
    folder = PurePosixPath(contract.corpus)
    found = (PurePosixPath(file) for file in options.files)
    return tuple(str(f) for f in found if f.suffix == ".json" and f.is_relative_to(folder))


def _run(part: Part, runs: int, target: Target, contract: Contract, options: Options) -> Invocation:
    names = {
        "input": f"run-{part.number}.input.json",
        "config": f"schemathesis-{part.number}.toml",
        "run": f"run-{part.number}.json",
        "digest": f"digest-{part.number}.json",
    }
    budget_s = _number(options, "max_time_s", 0.0) / runs
    given = {
        "arguments": _arguments(part, names, budget_s, options),
        "config": configuration(target, part.identity),
        "config_file": names["config"],
        "document": options.document,
        "scratch": options.recorded or options.output,
        "digest": names["digest"],
        "corpus": "corpus",
        "promises": "promises",
        "recorded": options.recorded,
        "answer_s": _number(options, "request_timeout_s", REQUEST_S),
        "identity": part.identity,
        "seed": part.seed,
        "today": options.today,
        "exclude": contract.exclude,
        "refusals": contract.refusals,
    }
    secret = SECRETS if part.identity == DEFAULT else f"{SECRETS}:{part.identity}"
    return Invocation(
        argv=(options.python, "-m", "gates.probes.run_schemathesis", names["input"]),
        cwd=options.output,
        deadline_s=max(options.deadline_s, budget_s + MARGIN_S),
        files={"run": names["run"], "digest": names["digest"]},
        inputs={names["input"]: msgspec.json.encode(given, order="sorted").decode()},
        secrets=(secret,) if header_names(target, part.identity) else (),
        exits=(0, 1),
        fresh=True,
        interrupt_first=True,
    )


def _arguments(
    part: Part, names: dict[str, str], budget_s: float, options: Options
) -> tuple[str, ...]:
    settings = options.settings
    budget = ("--max-time", f"{max(budget_s, 1):g}") if budget_s else ()
    return (
        "--config-file",
        f"{options.output}/{names['config']}",
        "--no-color",
        "run",
        options.document,
        "--origin",
        options.base_url,
        "--phases",
        PHASES,
        "--exclude-checks",
        NOT_CHECKED,
        "--continue-on-failure",
        "--seed",
        str(part.seed),
        "--max-examples",
        str(settings.get("max_examples", 20)),
        *budget,
        "--request-timeout",
        f"{_number(options, 'request_timeout_s', REQUEST_S):g}",
        "--max-redirects",
        "0",
        "--generation-database",
        "none",
        "--output-sanitize",
        "false",  # it takes parameters such as "author" for secrets: we take out what we know
        "--report",
        "json,ndjson",
        "--report-json-path",
        f"{options.output}/{names['run']}",
    )


def _number(options: Options, name: str, default: float) -> float:
    value = options.settings.get(name, default)
    return float(value) if isinstance(value, int | float) else default


def header_names(target: Target, identity: str = DEFAULT) -> tuple[str, ...]:
    """The headers that authenticate, sorted: the n-th value is in GATESCORE_HEADER_n (from 0)."""
    auth = target.auth
    own = target.identities[identity].headers if identity in target.identities else {}
    login = () if own or auth.login is None else (_login_header(auth),)
    return tuple(sorted({*auth.headers, *own, *login}))


def _login_header(auth: Auth) -> str:
    if auth.login is None:
        return ""
    return "Cookie" if auth.login.cookie else auth.login.header


def configuration(target: Target, identity: str = DEFAULT) -> str:
    """Our configuration file: headers by the names of variables, no value."""
    names = header_names(target, identity)
    values = {name: "${" + f"{HEADER}{index}" + "}" for index, name in enumerate(names)}
    lines = [f"{_quoted(name)} = {_quoted(value)}" for name, value in values.items()]
    return "\n".join((["[headers]", *lines] if lines else []) + [CHECKS])


def _quoted(text: str) -> str:
    """A basic string of TOML: that of JSON is one."""
    return msgspec.json.encode(text).decode()


def _replay(cases: tuple[str, ...], target: Target, options: Options) -> Invocation:
    contract = target.contract or Contract()
    given = {
        **caller_input(target, options, max_requests=REPLAY_REQUESTS, max_seconds=REPLAY_S),
        "tree": options.tree,
        "cases": cases[:MOST_CASES],
        "left_out": len(cases[MOST_CASES:]),
        "exclude": sorted(contract.exclude),
    }
    auth = target.auth
    known = bool(auth.login or auth.headers or target.identities)
    return Invocation(
        argv=(options.python, "-m", "gates.probes.corpus", "corpus.input.json"),
        cwd=options.output,
        deadline_s=options.deadline_s,
        inputs={"corpus.input.json": msgspec.json.encode(given, order="sorted").decode()},
        secrets=(IDENTITIES,) if known else (),
        fresh=True,
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the runs and the replay. Raises ParseError."""
    return contract_report.read(outputs)


def control() -> Control:
    """A document whose promise the service of the proof breaks: any answer but 299."""
    return planted.control("schemathesis")
