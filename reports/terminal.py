"""PLACEHOLDER until the real module lands."""
def summary(card, report, stream, environ):
    return f"{card.verdict} {card.score}: {card.decided_by}\n" + "\n".join(card.next_steps) + f"\n{report}"
