"""How a row of each table becomes an element of a root: every column that a reader relies on takes part."""

from __future__ import annotations

from collections.abc import Iterable

from daemon.store.chain import Part, element, elements

Named = tuple[str, str, str, str]
"""An extent: type, provider, account and region."""


def resource(extent: Named, urn: str, digest: bytes, name: str, public: bool | None) -> int:
    """That an extent shows a resource with this content."""
    return resources(extent, [(urn, digest, name, public)])


def resources(extent: Named, rows: Iterable[tuple[str, bytes, str, bool | None]]) -> int:
    """The sum of many of one extent, each as urn, digest, name and whether it is public."""
    return elements(("resource", *extent), [(u, d.hex(), n, _SAID[p]) for u, d, n, p in rows])


def relation(
    extent: Named, source: str, verb: str, target: str, digest: bytes, raw: bool, observed: bool
) -> int:
    """That an extent shows a relation with this content."""
    return relations(extent, [(source, verb, target, digest, raw, observed)])


def relations(extent: Named, rows: Iterable[tuple[str, str, str, bytes, bool, bool]]) -> int:
    """The sum of many of one extent, each as source, verb, target, digest, is it an alias, is it observed."""
    return elements(("relation", *extent), [(s, v, t, d.hex(), int(r), int(o)) for s, v, t, d, r, o in rows])


def binding(alias: str, state: str, urn: str, candidates: str, reason: str) -> int:
    """What a raw target means."""
    return element("binding", alias, state, urn, candidates, reason)


def path(
    origin: str, sink: str, direction: str, data_class: str, environment: str, digest: bytes,
    exposure: str, tier: str, store: str, columns: str, borders: str, answer: str,
) -> int:  # fmt: skip
    """A data path with this content. `answer`: no part where it is "", as before there was one."""
    return element(
        "path",
        origin,
        sink,
        direction,
        data_class,
        environment,
        digest,
        exposure,
        tier,
        store,
        columns,
        borders,
        *((answer,) if answer else ()),
    )


def finding(*parts: str) -> int:
    """A finding: subject, package, advisory, component, version, image, severity, fixed, summary."""
    return element("finding", *parts)


def coverage(
    extent: Named, state: str, detail: str, details_failed: int, last_listed: int | None, pending: int
) -> int:
    """How an extent was answered."""
    numbers = (_text(details_failed), _text(last_listed), _text(pending))
    return element("coverage", *extent, state, detail, *numbers)


def content(kind: str, subject: str, digest: bytes) -> int:
    """That a snapshot brought what is inside a digest."""
    return element("content", kind, subject, digest)


def sight(workloads: int, visible: int, body: str) -> int:
    """How much a snapshot could see."""
    return element("sight", _text(workloads), _text(visible), body)


def large_removal(extent: Named) -> int:
    """That a snapshot listed an extent twice."""
    return element("large_removal", *extent)


_SAID = {None: None, False: 0, True: 1}  # SQLite says 0 and 1 where nobody tells it the column's type


def _text(value: bool | int | None) -> Part:
    return "-" if value is None else str(int(value))
