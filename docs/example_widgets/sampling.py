"""Which token comes next, by the temperature and by top-k."""

from __future__ import annotations

from math import exp

from mkdocs_quantlab import api
from mkdocs_quantlab.api import Choice, Html, Real, join, percent, result, row, table, tag

TITLE = "Sampling with a temperature"
LOGITS = {"mat": 4.0, "sofa": 3.2, "roof": 2.1, "moon": 0.4}


class Options(api.Options):
    """What an author sets, and a reader changes."""

    temperature = Real(
        1, 0.1, 5, label="Temperature", help="Divides the logits before the softmax.", slider=True
    )
    top = Choice(
        4, {1: "1", 2: "2", 3: "3", 4: "4"}, label="Top-k", help="How many tokens are kept."
    )

    primary = "top"


def render(given: Options) -> Html:
    """A row for each token, and the result in a sentence."""
    kept = list(LOGITS)[: given.top]
    weights = [exp(LOGITS[token] / given.temperature) for token in kept]
    shares = [weight / sum(weights) for weight in weights]
    rows = [
        row(token, f"{LOGITS[token]:g}", percent(share), tag("meter", value=f"{share:.4f}"))
        for token, share in zip(kept, shares, strict=True)
    ]
    return join(
        table("After “The cat sat on the”", ("Token", "Logit", "Probability", ""), rows),
        result(f"“{kept[0]}” follows with a probability of {percent(shares[0])}."),
    )
