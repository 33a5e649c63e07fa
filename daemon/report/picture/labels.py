"""Decides where the labels of arrows lie: each near the middle of its arrow's last stretch, none upon another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from daemon.report.picture.layout import Point

BETWEEN = 4.0
"""What is left between two labels."""

_HALVINGS = 20
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Label:
    """`width`; `above` and `below`: how far it reaches from its middle; `points`: what its arrow passes."""

    width: float
    above: float
    below: float
    points: Sequence[Point]


def spread(labels: Mapping[Key, Label]) -> dict[Key, Point]:
    """The middle of each label. Those over one gap between layers are moved apart, as little as that takes."""
    gaps: dict[tuple[float, float], list[Key]] = defaultdict(list)
    for key, label in labels.items():
        (x, _), (there, _) = label.points[-2:]
        gaps[min(x, there), max(x, there)].append(key)
    found: dict[Key, Point] = {}
    for (left, right), keys in gaps.items():
        for key, y in _apart([(_level(labels[key]), key) for key in keys], labels):
            half = labels[key].width / 2
            x = _at(labels[key].points, y)
            found[key] = (min(max(x, left + half), right - half), y)
    return found


def _level(label: Label) -> float:
    """The height of the middle of the last stretch."""
    (_, y), (_, there) = label.points[-2:]
    return (y + there) / 2


def _apart(wished: list[tuple[float, Key]], labels: Mapping[Key, Label]) -> list[tuple[Key, float]]:
    """Labels that would touch become a block around the middle of where they wish to be."""
    blocks: list[
        tuple[float, list[tuple[float, Key]]]
    ] = []  # the upper end, and the members from top to bottom
    for one in sorted(wished, key=lambda pair: pair[0]):
        members = [one]
        top = _top(members, labels)
        while blocks and blocks[-1][0] + _tall(blocks[-1][1], labels) > top:
            members = [*blocks.pop()[1], *members]
            top = _top(members, labels)
        blocks.append((top, members))
    found: list[tuple[Key, float]] = []
    for top, members in blocks:
        at = top
        for _, key in members:
            found.append((key, at + labels[key].above))
            at += labels[key].above + labels[key].below + BETWEEN
    return found


def _top(members: Sequence[tuple[float, Key]], labels: Mapping[Key, Label]) -> float:
    """Where a block begins whose members are, in the mean, where they wish to be."""
    passed, total = 0.0, 0.0
    for wish, key in members:
        total += wish - passed - labels[key].above
        passed += labels[key].above + labels[key].below + BETWEEN
    return total / len(members)


def _tall(members: Sequence[tuple[float, Key]], labels: Mapping[Key, Label]) -> float:
    return sum(labels[key].above + labels[key].below + BETWEEN for _, key in members)


def _at(points: Sequence[Point], level: float) -> float:
    """Where the last stretch, which leaves and arrives level, is at this height; its middle if it never is."""
    (x, y), (there, end) = points[-2:]
    if not min(y, end) < level < max(y, end):
        return (x + there) / 2
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        at = (low + high) / 2
        reached = y + (end - y) * (3 * at**2 - 2 * at**3)
        low, high = (at, high) if (reached < level) == (y < end) else (low, at)
    return x + (there - x) * (1.5 * low * (1 - low) + low**3)
