"""How long a class waits that asks at once."""

from __future__ import annotations

from typing import NamedTuple


class Waits(NamedTuple):
    """Seconds from the question to the beginning of the answer.

    Attributes:
        mean: Of the whole class.
        last: The longest wait.
    """

    mean: float
    last: float


def waits(students: int, places: int, seconds: float) -> Waits:
    """The waits if all ask at the same moment, are served in order, and each answer takes as long.

    The answers come in rounds of `places`; a student in round n, from 0, waits n rounds.

    Args:
        students: How many ask, at least 1.
        places: Answers that are written at once: OLLAMA_NUM_PARALLEL, times the hosts.
        seconds: What one answer takes while all places are taken: its tokens over the tokens per second of one place.
    """
    rounds = [number // places for number in range(students)]
    return Waits(seconds * sum(rounds) / students, seconds * rounds[-1])
