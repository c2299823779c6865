"""The waits of a class, against a simulation that moves from event to event."""

from __future__ import annotations

import heapq

import pytest

from mkdocs_quantlab.endpoint.queue import waits


def simulated(students, places, seconds):
    free = [0.0] * places
    begun = []
    for _ in range(students):
        begun.append(heapq.heappop(free))
        heapq.heappush(free, begun[-1] + seconds)
    return begun


@pytest.mark.parametrize("students", [1, 2, 7, 30, 100])
@pytest.mark.parametrize("places", [1, 3, 4, 200])
def test_waits(students, places):
    begun = simulated(students, places, 2.5)
    expected = (sum(begun) / students, begun[-1])
    assert waits(students, places, 2.5) == pytest.approx(expected)
