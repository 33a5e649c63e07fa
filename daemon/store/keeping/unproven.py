"""The columns that no header proves, each with the reason; a test alters every other one and wants it found."""

from __future__ import annotations

_SURROGATE = "a number of our own: what it names is proven by name"
_COUNTS = "goes on counting without a new version"
_WORK = "the outbox is work to be done: reports are extended, tried again and settled; mails carry headers themselves"

UNPROVEN = {
    "delivery": _WORK,
    "coverage.id": _SURROGATE,
    "alias_binding.id": _SURROGATE,
    "resource_version.id": _SURROGATE,
    "relation_version.id": _SURROGATE,
    "data_path_version.id": _SURROGATE,
    "finding_version.id": _SURROGATE,
    "resource_version.absent": "counts the listings that lack what may only be late; coverage proves how many do",
    "relation_version.absent": "counts the listings that lack what may only be late",
    "resource_version.equal_under": "newer rules that give the same content; set without a new version",
    "relation_version.equal_under": "newer rules that give the same content; set without a new version",
    "resource_version.last_shown_at": "a time told beside a removal; it is set while a version is still valid",
    "relation_version.last_shown_at": "a time told beside a removal; it is set while a version is still valid",
    "relation.first_seen": _COUNTS,
    "relation.last_seen": _COUNTS,
    "relation.times": _COUNTS,
    "relation.last_at": _COUNTS,
    "relation.longest_gap": _COUNTS,
    "relation.sightings": _COUNTS,
    "relation.counted": _COUNTS,
    "relation.gone_at": "tells a flow that is seen again; that it was gone is proven by its version",
    "heard_service": "tells whether a silent flow is gone; what follows from it is proven",
    "reinstrumented": "tells what is newly visible; what follows from it is proven",
    "sighted.changed_at": "tells what is newly visible; what follows from it is proven",
    "extent.answer": "spares the next cycle a comparison; nobody reads it",
    "snapshot.signature": "proven by the key",
    "pruning.signature": "proven by the key",
}
"""`table` or `table.column` -> why."""
