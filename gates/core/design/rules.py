"""Every rule for a document by its id, and what holds for a whole document."""

from gates.core.design import bodies, lists, paths, statuses
from gates.core.design.model import Api, Rules, Violation

RULES: Rules = {
    "path-noun": paths.nouns,
    "path-case": paths.cases,
    "path-plural": paths.plurals,
    "path-version": paths.version,
    "success-envelope": bodies.success,
    "list-envelope": bodies.lists,
    "error-envelope": bodies.errors,
    "error-codes": bodies.codes,
    "status-created": statuses.created,
    "created-location": statuses.located,
    "status-deleted": statuses.deleted,
    "status-unauthenticated": statuses.unauthenticated,
    "status-forbidden": statuses.forbidden,
    "status-not-found": statuses.not_found,
    "status-conflict": statuses.conflict,
    "status-validation": statuses.invalid,
    "list-pages": lists.pages,
    "list-default": lists.defaults,
    "list-maximum": lists.maxima,
    "list-sort": lists.sorts,
    "list-filter": lists.filters,
    "throttle-documented": statuses.throttled,
    "retry-after": statuses.retry_after,
}
# Rules for real answers: see core.design.live.
LIVE = ("error-as-success", "validation-field", "validation-code")
# Rules of the two other criteria, which have counts of their own.
PROBED = ("page-size", "put-repeated", "delete-repeated", "get-changes", "idempotency-key")


def violations(api: Api) -> tuple[Violation, ...]:
    """What a document breaks, sorted, of the rules that are on. Raises ValueError for a rule
    that is switched off and does not exist.
    """
    known = {*RULES, *LIVE, *PROBED}
    if unknown := sorted(api.settings.off - known):
        allowed = ", ".join(sorted(known))
        raise ValueError(f"option off names {', '.join(unknown)}; allowed: {allowed}")
    found = {
        violation
        for name, rule in RULES.items()
        if name not in api.settings.off
        for violation in rule(api)
    }
    return tuple(sorted(found))
