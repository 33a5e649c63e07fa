"""Learns which segments of paths are values, where no route is stated and the segment itself does not look like one.

A place in the paths of a service where ever more words turn up is a parameter: `/people/ann`, `/people/bob` and fifty
others are `/people/{id}`. What was said before that was learned stays said.
"""

from __future__ import annotations

WORDS_AT_FIRST = 100
"""Words that may begin the paths of a service."""
WORDS = 50
"""Words that may follow any other part of a path."""
PLACES = 2_000
"""Places in the paths of one service that are told apart."""

_ID = "{id}"
_REST = "..."
_MANY = "\0"  # in place of all words, where there are too many; no path has it

Place = dict[str, "Place"]
"""The words seen at a place in a path, and the place after each."""


class Templates:
    """Paths of services. Bounded by `services`: those beyond that share one memory."""

    def __init__(self, services: int) -> None:
        self._most = services
        self._services: dict[str, Place] = {}
        self._places: dict[str, int] = {}

    def of(self, service: str, path: str) -> str:
        """The path with `{id}` for what turned out to be a value."""
        if service not in self._services and len(self._services) >= self._most:
            service = ""
        place = self._services.setdefault(service, {})
        kept = []
        for depth, word in enumerate(path.split("/")[1:]):
            known = self._known(place, word, WORDS if depth else WORDS_AT_FIRST)
            if known not in place:
                if self._places.get(service, 0) >= PLACES:
                    kept.append(_REST)
                    break
                place[known] = {}
                self._places[service] = self._places.get(service, 0) + 1
            kept.append(known)
            place = place[known]
        return "/" + "/".join(kept)

    @staticmethod
    def _known(place: Place, word: str, most: int) -> str:
        """The word, or that any word may stand here."""
        if word in place:
            return word
        if _MANY in place:
            return _ID
        if len(place) >= most:
            place.clear()
            place[_MANY] = {}
            return _ID
        return word
