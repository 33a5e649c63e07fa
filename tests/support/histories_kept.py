"""Random histories with all that a database may hold, for tests of what becomes of them when snapshots are pruned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from collectors.model import Answer, Content, Extent, Gap, Listing, Relation, Scope, Seen, Sightings, Why
from daemon.store.draft import Draft, drafting
from daemon.store.spool import Spool
from daemon.values.drift import Origin
from daemon.values.finding import Finding, FindingIdentity
from daemon.values.graph import Binding, Bound
from daemon.values.path import DataPath, Direction, PathIdentity, Sight, Tier
from tests.support.snapshots import ELSEWHERE, FRANKFURT, QUEUES, VIRGINIA, Snapshots, queue

NAMES = ("a", "b", "c")
CALLS = Extent("flows", Scope("traces", "prod"))
SHARED = queue("shared")  # listed by two extents
_STEP = timedelta(hours=1)
IMAGES = tuple("sha256:" + letter * 64 for letter in "ab")

Contents = dict[str, int]


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one cycle meets. An extent: its contents; None for a gap; "retired" if it is not asked for."""

    here: Contents | str | None
    there: Contents | str | None
    flows: int | None
    rules: int
    binding: int
    path: int | None
    finding: int | None
    image: int | None
    large: bool


_CONTENTS = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 2), max_size=3)
CYCLES = st.builds(
    Cycle,
    here=st.one_of(_CONTENTS, _CONTENTS, st.none(), st.just("retired")),
    there=st.one_of(_CONTENTS, st.none()),
    flows=st.none() | st.integers(0, 2),
    rules=st.integers(1, 2),
    binding=st.integers(0, 3),
    path=st.none() | st.integers(1, 2),
    finding=st.none() | st.integers(1, 2),
    image=st.none() | st.integers(0, 1),
    large=st.booleans(),
)
HISTORIES = st.lists(CYCLES, min_size=4, max_size=9)


def take(store: Snapshots, cycle: Cycle) -> Draft:
    """One snapshot of a cycle, with what is judged of it written as a cycle writes it."""
    answers: list[Answer] = []
    for extent, scope, contents in ((QUEUES, FRANKFURT, cycle.here), (ELSEWHERE, VIRGINIA, cycle.there)):
        if isinstance(contents, str):
            continue
        answers.append(_listing(extent, scope, contents, cycle))
    if cycle.flows is not None:
        answers.append(_sightings(cycle.flows, store.now.timestamp()))
    asked = {"aws": frozenset(a.extent for a in answers if a.extent.scope.provider == "aws")}
    spool = Spool(store.folder / "spool", lambda document: document)
    try:
        for answer in answers:
            spool.add(answer)
        with drafting(
            store.database, started_at=store.now, committed_at=store.now, rules=f"r{cycle.rules}"
        ) as draft:
            large = {QUEUES} if cycle.large and isinstance(cycle.here, dict) else set()
            draft.merge(spool, warm_up=store.warm_up, asked=asked, large_removals=large)
            if draft.state != "failed":
                _judge(draft, cycle)
    finally:
        spool.close()
    store.now += _STEP
    store.taken.append(draft.number)
    return draft


def take_all(store: Snapshots, cycles: Sequence[Cycle]) -> None:
    """All of them."""
    for cycle in cycles:
        take(store, cycle)


def _listing(extent: Extent, scope: Scope, contents: Contents | None, cycle: Cycle) -> Answer:
    if contents is None:
        return Gap(extent, Why.THROTTLED, "Rate exceeded")
    resources = [queue(name, scope, depth=depth) for name, depth in sorted(contents.items())]
    if "c" in contents:
        resources.append(SHARED)
    relations = [
        Relation(r.urn, "feeds", f"urn:{name}", {"n": depth})
        for r, (name, depth) in zip(resources, sorted(contents.items()), strict=False)
    ]
    inside: tuple[Content, ...] = ()
    if cycle.image is not None and extent == QUEUES:
        digest = IMAGES[cycle.image]
        relations.append(Relation("service://prod//web", "runs_image", f"image://r.example/web@{digest}"))
        parts = [{"purl": f"pkg:pypi/p@{cycle.image}", "name": "p", "version": str(cycle.image)}]
        inside = (Content("components", digest, parts),)
    return Listing(
        extent,
        tuple(resources),
        tuple(relations),
        f"rules {cycle.rules}",
        contents=inside,
        confirm=cycle.rules,
    )


def _sightings(flows: int, now: float) -> Sightings:
    seen = Seen(now - 60, now, 1)
    relations = tuple(
        Relation("service://prod//web", "calls", f"service://prod//{n}", {}, seen) for n in range(flows)
    )
    return Sightings(CALLS, (), relations, now - 60, now, fingerprint="flows 1")


def _judge(draft: Draft, cycle: Cycle) -> None:
    origin = Origin.RESTATED if cycle.rules == 2 else Origin.ADDED
    urn = f"urn:{cycle.binding}" if cycle.binding > 1 else ""
    bound = {"p|host|x": Binding("p|host|x", Bound.RESOLVED if urn else Bound.UNRESOLVED, urn, (), "said")}
    bindings: dict[str, Any] = bound if cycle.binding else {}
    draft.write_bindings(bindings, lambda: bindings if cycle.rules == 2 else {})
    ended = "restated" if cycle.rules == 2 else "gone"
    paths = {path.identity: path for path in draft.paths_before()}
    wanted = {path.identity: path for path in ([_path(cycle.path)] if cycle.path else [])}
    draft.write_paths(
        [(path, _new(origin, key in paths)) for key, path in wanted.items() if paths.get(key) != path],
        [(path, ended) for key, path in paths.items() if key not in wanted],
    )
    known = {each.identity: each for each in draft.findings_before()}
    found = {each.identity: each for each in ([_finding(cycle.finding)] if cycle.finding else [])}
    draft.write_findings(
        [(each, _new(origin, key in known)) for key, each in found.items() if known.get(key) != each],
        [(each, ended) for key, each in known.items() if key not in found],
    )
    draft.write_sight(Sight(5, cycle.rules))


def _new(origin: Origin, known: bool) -> Origin:
    return Origin.ALTERED if known and origin is Origin.ADDED else origin


def _path(content: int) -> DataPath:
    identity = PathIdentity("operation://prod//web/GET /", "table://t", Direction.READS, "user.contact.email")
    return DataPath(
        identity=identity, exposure="internet", exposure_evidence="said", tier=Tier.OBSERVED, route=(),
        columns=tuple(f"c{n}" for n in range(content)), class_tier="likely", class_reason="said", store="",
        borders=(), expected=False,
    )  # fmt: skip


def _finding(content: int) -> Finding:
    identity = FindingIdentity("service://prod//web", "pkg:pypi/p", "CVE-1")
    return Finding(identity, "p", str(content), "image://r.example/web", "high", ("9",), "it is bad")
