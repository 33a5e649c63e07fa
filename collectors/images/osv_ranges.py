"""Whether a version lies within what an advisory affects, and which version ends that.

Source: OSV schema 1.6, "Evaluation" (https://ossf.github.io/osv-schema/#evaluation).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key

from collectors.images.ecosystems import Filed
from collectors.images.osv_records import RANKS, Affected, Event
from collectors.images.versions import Incomparable, compare, less


def verdict(affected: Affected, place: Filed) -> tuple[bool, str, str]:
    """Whether it holds (or may), the version that fixes it, and why it could not be decided."""
    listed = place.version in affected.versions
    doubt = ""
    for events in affected.ranges:
        try:
            inside, fixed = _inside(events, place.kind, place.version)
        except Incomparable as error:
            doubt = str(error)
            continue
        if inside:
            return True, fixed, ""
    if listed:
        return True, "", ""
    return bool(doubt), "", doubt


def _inside(events: Sequence[Event], kind: str, version: str) -> tuple[bool, str]:
    """Whether a version lies in a range, and the version that ends the part it lies in. Raises Incomparable."""
    limits = [at for what, at in events if what == "limit" and at != "*"]
    if limits and not any(less(kind, version, at) for at in limits):
        return False, ""
    inside = False
    for what, at in _in_order(events, kind):
        if what == "limit":
            continue
        side = 1 if at == "0" and what == "introduced" else compare(kind, version, at)
        if side < 0:  # beyond the version: what comes first here ends the part it lies in
            if inside and what == "fixed":
                return True, at
            continue
        if what == "introduced":
            inside = True
        elif what == "fixed" or side > 0:
            inside = False
    return inside, ""


def _in_order(events: Sequence[Event], kind: str) -> Sequence[Event]:
    if len(events) == 1 or (len(events) == 2 and events[0] == ("introduced", "0")):
        return events

    def order(left: Event, right: Event) -> int:
        first, second = (_start(left), _start(right))
        side = first - second if 0 in {first, second} else compare(kind, left[1], right[1])
        return side or RANKS[left[0]] - RANKS[right[0]]

    return sorted(events, key=cmp_to_key(order))


def _start(event: Event) -> int:
    return 0 if event == ("introduced", "0") else 1
