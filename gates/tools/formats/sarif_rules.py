"""What a SARIF result leaves to its rule: the rule itself, its severity, its message."""

import re
from collections.abc import Iterator

from gates.core.model import Severity
from gates.core.severity import band
from gates.tools.formats.sarif_log import Component, Part, Result, Rule, Run

LEVELS = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.LOW,
    "none": Severity.INFO,
}
SCORE = "security-severity"  # a CVSS score, as GitHub reads it from properties
UNNAMED = "unnamed"
_PLACEHOLDER = re.compile(r"\{(\d{1,4})\}|\{\{|\}\}")
_LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\([^()\s]*\)")


class Rules:
    """The rules of one run, by index and by id."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._components = (run.tool.driver, *run.tool.extensions)
        self._by_id = {
            rule.id: rule for component in reversed(self._components) for rule in component.rules
        }

    def of(self, result: Result) -> Rule | None:
        """The rule of a result, by index where that agrees with the id, else by id."""
        name = _named(result)
        index = result.rule.index if result.rule.index >= 0 else result.rule_index
        rules = self._component(result).rules
        if 0 <= index < len(rules) and _belongs(name, rules[index].id):
            return rules[index]
        return next((self._by_id[id] for id in _prefixes(name) if id in self._by_id), None)

    def _component(self, result: Result) -> Component:
        reference = result.rule.tool_component
        extensions = self._run.tool.extensions
        if 0 <= reference.index < len(extensions):
            return extensions[reference.index]
        named = (one for one in self._components if reference.name and one.name == reference.name)
        return next(named, self._run.tool.driver)

    def level(self, result: Result, rule: Rule | None) -> str:
        """The level of a result: its own, the invocation's, the rule's, else `warning` (B24)."""
        if result.level is not None:
            return result.level
        overridden = self._override(result, rule)
        if overridden is not None:
            return overridden
        level = rule.default_configuration.level if rule else None
        return "warning" if level is None else level

    def _override(self, result: Result, rule: Rule | None) -> str | None:
        index = result.provenance.invocation_index
        if rule is None or not 0 <= index < len(self._run.invocations):
            return None
        for override in self._run.invocations[index].rule_configuration_overrides:
            if override.descriptor.id == rule.id:
                return override.configuration.level
        return None

    def severity(self, result: Result, rule: Rule | None) -> Severity | None:
        """The severity of a result; None if it bears a word or score that nobody knows."""
        given = result.properties.get(SCORE)
        if given is None and rule is not None:
            given = rule.properties.get(SCORE)
        if given is None:
            return LEVELS.get(self.level(result, rule))
        return _of_score(str(given))

    def message(self, result: Result, rule: Rule | None) -> str:
        """The text of a result for people, with its arguments filled in."""
        template = _text(result.message) or self._template(result.message.id, rule)
        if not template:
            template = _text(rule.short_description) if rule else ""
        filled = _filled(template, result.message.arguments)
        return _LINK.sub(r"\1", filled) or name_of(result, rule)

    def _template(self, key: str, rule: Rule | None) -> str:
        own = rule.message_strings if rule else {}
        shared = self._run.tool.driver.global_message_strings
        return _text(own.get(key) or shared.get(key) or Part()) if key else ""


def name_of(result: Result, rule: Rule | None) -> str:
    """The id by which people know the rule."""
    return _named(result) or (rule.id if rule else "") or UNNAMED


def _named(result: Result) -> str:
    return result.rule_id or result.rule.id


def _belongs(name: str, rule: str) -> bool:
    return not name or rule in _prefixes(name)


def _prefixes(name: str) -> Iterator[str]:
    """The id and what it is a part of: CA1000/1 is a case of CA1000."""
    while name:
        yield name
        name = name.rpartition("/")[0]


def _of_score(text: str) -> Severity | None:
    try:
        score = float(text)
    except ValueError:
        return None
    return band(score) if 0.0 <= score <= 10.0 else None


def _text(part: Part) -> str:
    return part.text or part.markdown


def _filled(template: str, arguments: tuple[str, ...]) -> str:
    """The text with {0} replaced by the first argument, and doubled braces made single."""

    def put(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        number = int(found[1])
        return arguments[number] if number < len(arguments) else found[0]

    return _PLACEHOLDER.sub(put, template) if arguments else template
