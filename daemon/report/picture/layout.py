"""Places boxes in layers from left to right, so that few arrows cross and none runs through a box.

Each arrow leads from a layer to a later one: arrows that would lead back are turned while layers are found. Long
arrows pass through a slot of every layer between, which is placed like a box.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 8
SLOT = 14.0
"""Height of the slot of an arrow that passes through a layer."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are: the upper left corner of each box, and the points that each arrow passes."""

    boxes: Mapping[str, Point]
    arrows: Mapping[tuple[str, str], tuple[Point, ...]]
    width: float
    height: float


def place(
    heights: Mapping[str, float],
    edges: Sequence[tuple[str, str]],
    *,
    width: float,
    gap: float,
    space: float,
    margin: float,
) -> Layout:
    """`heights` of boxes of one `width`; `gap` between layers, `space` between the boxes of one, `margin` around."""
    forward = {edge: _turned(edge, back) for back in [_back(sorted(heights), edges)] for edge in edges}
    layer = _layers(sorted(heights), [edge for edge in forward.values() if edge[0] != edge[1]])
    size: dict[str, float] = dict(heights)
    chains: dict[tuple[str, str], list[str]] = {}
    short: list[tuple[str, str]] = []
    for number, (edge, (source, target)) in enumerate(sorted(forward.items())):
        chain = [source]
        for depth in range(layer[source] + 1, layer[target]):
            slot = f"\0{number}:{depth}"
            layer[slot], size[slot] = depth, SLOT
            chain.append(slot)
        chain.append(target)
        chains[edge] = chain
        short += pairwise(chain)
    order = _ordered(layer, [pair for pair in short if pair[0] != pair[1]])
    tall = max((sum(size[each] for each in row) + space * (len(row) - 1) for row in order), default=0.0)
    at: dict[str, Point] = {}
    for number, row in enumerate(order):
        y = margin + (tall - sum(size[each] for each in row) - space * (len(row) - 1)) / 2
        for each in row:
            at[each] = (margin + number * (width + gap), y)
            y += size[each] + space
    arrows = {}
    for edge, chain in chains.items():
        points = [_middle(at[each], size[each], width, first=each == chain[0]) for each in chain]
        bent = [points[0]]
        for slot, point in zip(chain[1:-1], points[1:-1], strict=True):
            bent += [(at[slot][0], point[1]), (at[slot][0] + width, point[1])]
        bent.append(points[-1])
        arrows[edge] = tuple(bent if forward[edge] == edge else reversed(bent))
    across = len(order) * width + max(len(order) - 1, 0) * gap
    shown = {key: point for key, point in at.items() if key in heights}
    return Layout(shown, arrows, across + 2 * margin, tall + 2 * margin)


def _middle(corner: Point, height: float, width: float, *, first: bool) -> Point:
    """Where arrows leave a box on its right, or reach it on its left."""
    return corner[0] + (width if first else 0.0), corner[1] + height / 2


def _turned(edge: tuple[str, str], back: set[tuple[str, str]]) -> tuple[str, str]:
    return (edge[1], edge[0]) if edge in back else edge


def _back(keys: Sequence[str], edges: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """The edges that close a loop, seen from the boxes that nothing leads to."""
    onward: dict[str, list[str]] = defaultdict(list)
    for source, target in sorted(edges):
        onward[source].append(target)
    entered = {target for _, target in edges}
    found: set[tuple[str, str]] = set()
    done: set[str] = set()
    for start in sorted(keys, key=lambda key: (key in entered, key)):
        if start in done:
            continue
        open_: dict[str, int] = {start: 0}
        stack = [start]
        done.add(start)
        while stack:
            here = stack[-1]
            if open_[here] < len(onward[here]):
                there = onward[here][open_[here]]
                open_[here] += 1
                if there in open_:
                    found.add((here, there))
                elif there not in done:
                    done.add(there)
                    open_[there] = 0
                    stack.append(there)
            else:
                stack.pop()
                del open_[here]
    return found


def _layers(keys: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """How many arrows lead to each box at most."""
    layer = dict.fromkeys(keys, 0)
    for _ in keys:
        moved = False
        for source, target in edges:
            if layer[target] <= layer[source]:
                layer[target] = layer[source] + 1
                moved = True
        if not moved:
            break
    return layer


def _ordered(layer: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The boxes and slots of each layer from top to bottom: each near the middle of what it is joined to."""
    rows: list[list[str]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for key in sorted(layer):
        rows[layer[key]].append(key)
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        after[source].append(target)
        before[target].append(source)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        near = before if down else after
        for row in rows if down else rows[::-1]:
            places = {key: n / max(len(each) - 1, 1) for each in rows for n, key in enumerate(each)}
            weights = {
                key: sum(places[each] for each in near[key]) / len(near[key]) if near[key] else places[key]
                for key in row
            }
            row.sort(key=lambda key: (weights[key], key))
    return rows
