"""Decides how it is told that a group started or stopped some of its members: once, at the group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from daemon.analysis import telling
from daemon.values.drift import Action, Change, ChangeLine

Sizes = Mapping[str, tuple[int, int]]
"""How many members each group had at two snapshots, by its urn or alias."""


def line(members: Sequence[Change], id: str, sizes: Sizes) -> ChangeLine:
    """`~ aws.ec2.instance   group web   6 -> 9`, of the members that came and went."""
    first = members[0]
    came = sum(one.action is Action.ADDED for one in members)
    went = len(members) - came
    return ChangeLine(
        id=id,
        symbol="~",
        type=first.type,
        name=f"group {telling.short_name(first.member_of)}",
        detail=_detail(came, went, sizes.get(first.member_of)),
        why="the group started or stopped them",
        changes=tuple(members),
    )


def _detail(came: int, went: int, size: tuple[int, int] | None) -> str:
    if size is None:
        return ", ".join(
            f"{number:,} {word}" for number, word in ((came, "added"), (went, "removed")) if number
        )
    before, after = size
    replaced = min(came, went)
    told = "all" if replaced == before == after else f"{replaced:,}"
    return f"{before:,} -> {after:,}" + (f", {told} replaced" if replaced else "")
