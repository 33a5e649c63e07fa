"""What other collectors would have answered about images in use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from collectors.images.collector import ImagesCollector
from collectors.model import Alias, Answer, Extent, Gap, Listing, Relation


@dataclass(frozen=True)
class ImagesInUse:
    """Implements `collectors.contract.View`."""

    names: tuple[str, ...]
    known: frozenset[str] = frozenset()

    def relations(self, verb: str) -> Iterator[Relation]:
        for name in self.names if verb == "uses_image" else ():
            yield Relation("arn:aws:ecs:task", verb, Alias("public", "image_name", name))

    def stored(self, kind: str) -> frozenset[str]:
        return self.known if kind == "components" else frozenset()


def answers(
    collector: ImagesCollector, *names: str, stored: frozenset[str] = frozenset()
) -> dict[Extent, Answer]:
    """One cycle about the images of these names; asserts that each extent is answered once."""
    found: dict[Extent, Answer] = {}
    for request in collector.follow(ImagesInUse(names, stored)):
        for answer in collector.answer(request):
            assert answer.extent in request.extents
            assert answer.extent not in found
            found[answer.extent] = answer
    assert frozenset(found) == collector.asked()
    return found


def listing(collector: ImagesCollector, *names: str, stored: frozenset[str] = frozenset()) -> Listing:
    """The only answer of a cycle, which must be a listing."""
    (answer,) = answers(collector, *names, stored=stored).values()
    assert isinstance(answer, Listing), answer
    return answer


def gap(collector: ImagesCollector, *names: str) -> Gap:
    """The only answer of a cycle, which must be a gap."""
    (answer,) = answers(collector, *names).values()
    assert isinstance(answer, Gap), answer
    return answer
