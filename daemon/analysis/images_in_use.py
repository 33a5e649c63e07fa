"""Decides which images a report tells of: one comes and goes with whoever uses it, and is said there.

It stands for itself only when the registry lost an image whose name is still in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from collectors.model import Json
from daemon.analysis import telling
from daemon.analysis.components import RUNS_IMAGE
from daemon.values.drift import Difference, Kind, Origin

IMAGE = "image://"
"""How the urn of an image begins that is listed because it is used. A registry's own listings have other urns."""

_USES = "uses_image"


def without_followers(differences: Iterable[Difference]) -> Iterator[Difference]:
    """The differences without those of images that merely follow from what uses them.

    Those of images come last: what they follow from must have been seen. No other is held.
    """
    stopped: set[str] = set()
    told_names: set[str] = set()
    images: list[Difference] = []
    for one in differences:
        if one.key.startswith(IMAGE):
            images.append(one)
        else:
            yield one
        if one.kind is Kind.ALIAS and (one.after or {}).get("urn"):
            told_names.add(one.key)
        elif one.after is None and one.kind is not Kind.RESOURCE and one.type in (RUNS_IMAGE, _USES):
            ended = stopped if one.type == RUNS_IMAGE else told_names
            ended.add(telling.ends(one.key, one.type)[1])
    yield from (one for one in images if not _follows(one, stopped, told_names))


def _follows(one: Difference, stopped: set[str], told_names: set[str]) -> bool:
    if not one.key.startswith(IMAGE) or one.origin is Origin.RESTATED:
        return False
    if one.kind is Kind.RELATION or one.before is None:
        return True  # what an image consists of never changes
    if one.after is None:
        lost = one.key in stopped and not told_names & _names(one.before.get("aliases"))
        return not lost
    return one.before.get("attributes") == one.after.get("attributes")  # it got or lost a name


def _names(aliases: Json) -> set[str]:
    return {str(each) for each in aliases} if isinstance(aliases, list | tuple) else set()
