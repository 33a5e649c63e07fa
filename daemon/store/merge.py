"""Compares one extent's answer with its open versions and writes what differs: nothing for what is equal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, func, update

from daemon.store import carrying, closing, contents, documents, heard, opening, understood
from daemon.store.columns import EXTENT, RESOURCE
from daemon.store.kinds import RELATIONS, RESOURCES, Kind, Versioned, ends, open_versions_of
from daemon.store.spooled import Block, SpooledRelation, contents_of, relations_of, resources_of
from daemon.store.spooled import Kind as Spooled
from daemon.store.writing import Writing
from daemon.values.drift import Origin

Answered = Callable[[Spooled], Iterable[Block]]
"""Gives the blocks of an answer, of one kind."""


@dataclass(slots=True)
class Merge:
    """One snapshot's merges. `origins`: how new and altered versions of an extent come to be."""

    writing: Writing
    answers: dict[int, bytes | None] = field(default_factory=dict)
    """By extent: the listing that all its open versions agree with from now on; None if there is none."""
    warming: frozenset[str] = frozenset()
    """Services that show themselves in another way of late: what is new of them is only newly visible."""
    last_heard: dict[str, float] = field(default_factory=dict)
    """When services were heard, newest, by what was merged so far."""

    def extent(
        self,
        extent_id: int,
        answered: Answered,
        *,
        complete: bool,
        appeared: Origin,
        fingerprint: str,
        confirm: int = 1,
        last_listed_at: str | None = None,
        first: bool = False,
    ) -> bool:
        """Merges an answer. `appeared`: origin of what is new. `last_listed_at`: when the extent was, before.

        `complete`: absence means absence, if `confirm` listings in a row agree. `first`: it never showed anything,
        or was retired since. True if the same answer would
        change nothing: none of what it lacks is still pending.
        """
        needed = confirm if complete else 0
        blind: set[tuple[str, str]] = set()
        learnt, resources_settled = self._merge(
            RESOURCES,
            extent_id,
            _watched(answered("resource"), blind),
            confirm=needed,
            appeared=appeared,
            fingerprint=fingerprint,
            last_listed_at=last_listed_at,
            first=first,
        )
        _, relations_settled = self._merge(
            RELATIONS,
            extent_id,
            answered("relation"),
            confirm=needed,
            appeared=appeared,
            fingerprint=fingerprint,
            blind=blind,
            learnt=learnt,
            last_listed_at=last_listed_at,
            first=first,
        )
        for block in answered("content"):
            contents.add_contents(self.writing, contents_of(block))
        return resources_settled and relations_settled

    def retire(self, extent_id: int) -> None:
        """Closes everything an extent shows: it is no longer asked for."""
        for kind in (RESOURCES, RELATIONS):
            self.writing.tally.known.update(self._open(kind, extent_id))
            self._merge(
                kind, extent_id, (), confirm=1, appeared=Origin.ADDED, fingerprint="", ended="retired"
            )
        self.answers[extent_id] = None

    def _merge(
        self,
        kind: Kind,
        extent_id: int,
        blocks: Iterable[Block],
        *,
        confirm: int,
        appeared: Origin,
        fingerprint: str,
        blind: Collection[tuple[str, str]] = (),
        learnt: frozenset[tuple[str, str]] = frozenset(),
        last_listed_at: str | None = None,
        ended: str = "",
        first: bool = False,
    ) -> tuple[frozenset[tuple[str, str]], bool]:
        """`confirm`: listings in a row that must lack a row before it closes; 0: absence means nothing.

        `blind`: urns with the verbs of relations, from or to them, that could not be looked at; `learnt`: those
        that never could until now. `ended`: why what closes does, if not for a change of the world.
        Returns urns with the names of what came to light of them only now, and whether nothing is pending.
        """
        open_rows = {} if first else self._open(kind, extent_id)
        closed: list[int] = []
        back: list[int] = []
        pending: list[int] = []
        reshaped: list[int] = []
        light: frozenset[tuple[str, str]] = frozenset()
        for block in blocks:
            if (
                first
                and confirm
                and opening.load(self.writing, kind, extent_id, block, appeared, fingerprint)
            ):
                continue
            rows = carrying.carry_unobserved(
                self.writing, _different(kind, block, open_rows, fingerprint), open_rows
            )
            if not confirm:
                rows = carrying.seen_since_gone(self.writing, rows, open_rows)
                rows = [
                    carrying.with_earlier(self.writing, row, open_rows.get(row.key), fingerprint)
                    for row in rows
                ]
            begun: list[tuple[Versioned, Origin]] = []
            seen_now, only_seen_now = carrying.learnt(self.writing, extent_id, rows, open_rows)
            light |= seen_now
            for row in rows:
                known = open_rows.pop(row.key, None)
                if known is None:
                    how = self._appeared(row.key, appeared, learnt)
                    if not confirm and how is not Origin.BASELINE and self._only_understood(extent_id, row):
                        how = Origin.RESTATED
                    begun.append((row, how))
                elif known.digest != row.digest:
                    changed = known.rules == fingerprint and row.key not in only_seen_now
                    origin = Origin.ALTERED if changed else Origin.RESTATED
                    begun.append((row, origin))
                    closed.append(known.id)
                    closing.forget(self.writing, kind, extent_id, known, "")
                else:
                    if known.absent:
                        back.append(known.id)
                    if known.rules != fingerprint:
                        reshaped.append(known.id)
            opening.open_versions(self.writing, kind, extent_id, begun, fingerprint)
            if kind is RELATIONS:
                self._count_sightings(rows)
        for key, known in open_rows.items() if confirm else ():
            if blind and not ends(key).isdisjoint(blind):
                continue
            if known.absent + 1 < confirm:
                pending.append(known.id)
                continue
            closed.append(known.id)
            closing.forget(self.writing, kind, extent_id, known, ended)
        if closed or pending or back:
            shown = func.coalesce(kind.versions.c.last_shown_at, last_listed_at)
            closing.close(self.writing, kind, closed, ended, shown)
            closing.mark(self.writing, kind, pending, absent=kind.versions.c.absent + 1, last_shown_at=shown)
            closing.mark(self.writing, kind, back, absent=0, last_shown_at=None)
        # Equal under other rules: these shaped it too, and what differs from now on is a change.
        closing.mark(self.writing, kind, reshaped, equal_under=fingerprint)
        return light, not pending

    def _open(self, kind: Kind, extent_id: int) -> dict[Any, Any]:
        """The open versions of an extent, by key."""
        width = len(kind.key)
        found = self.writing.connection.execute(open_versions_of(kind), {"extent": extent_id})
        return {(row[0] if width == 1 else tuple(row[:width])): row for row in found}

    def _appeared(self, key: Any, appeared: Origin, learnt: frozenset[tuple[str, str]]) -> Origin:
        if learnt and ends(key) & learnt:
            return Origin.BASELINE
        if self.warming and appeared is Origin.ADDED and heard.concerns(key, self.warming):
            return Origin.NEWLY_VISIBLE
        return appeared

    def _only_understood(self, extent_id: int, row: Versioned) -> bool:
        return isinstance(row, SpooledRelation) and understood.newly(self.writing.connection, extent_id, row)

    def seen_otherwise(
        self, extent_id: int, blocks: Iterable[Block], fingerprint: str
    ) -> heard.SeenOtherwise:
        """What an answer, not merged yet, says of its services: how they are seen, where that is new.

        A service that is told from another one by its cluster, where none was known before, was seen all the time.
        """
        query = open_versions_of(RESOURCES).where(RESOURCE.c.type == "service")
        open_rows = {row.urn: row for row in self.writing.connection.execute(query, {"extent": extent_id})}
        services: set[str] = set()
        sampling = False
        for block in blocks:
            for urn in block.columns[0]:
                base = open_rows.get(heard.plain(urn)) if "@" in urn and urn not in open_rows else None
                if base is not None and not heard.was_told_apart(self.writing.document(base.digest)):
                    services.add(urn)
            chosen = [
                at
                for at, (urn, digest) in enumerate(zip(block.columns[0], block.digests, strict=True))
                if urn.startswith("service://")
                and (known := open_rows.get(urn)) is not None
                and known.digest != digest
                and known.rules == fingerprint
            ]
            for row in resources_of(block, chosen) if chosen else ():
                before = self.writing.document(open_rows[row.urn].digest)
                found = heard.otherwise(row.urn, before, documents.decode(row.body))
                services |= found.services
                sampling = sampling or found.sampling
        return heard.SeenOtherwise(frozenset(services), sampling)

    def _count_sightings(self, rows: Sequence[Versioned]) -> None:
        newest = heard.count(
            self.writing.connection, (row for row in rows if isinstance(row, SpooledRelation))
        )
        for service, last in newest.items():
            self.last_heard[service] = max(last, self.last_heard.get(service, last))

    def note_answers(self) -> None:
        """Stores what extents answered, where it is another answer than before."""
        statement = (
            update(EXTENT).where(EXTENT.c.id == bindparam("extent")).values(answer=bindparam("digest"))
        )
        rows = [{"extent": number, "digest": answer} for number, answer in sorted(self.answers.items())]
        if rows:
            self.writing.connection.execute(statement, rows)


def _watched(blocks: Iterable[Block], blind: set[tuple[str, str]]) -> Iterator[Block]:
    """The blocks of resources, with what could not be seen of them noted on the way."""
    for block in blocks:
        urns, unobserved = block.columns[0], block.columns[-1]
        blind.update((urn, name) for urn, names in zip(urns, unobserved, strict=True) for name in names)
        yield block


def _different(kind: Kind, block: Block, open_rows: dict[Any, Any], fingerprint: str) -> Sequence[Versioned]:
    """The rows of a block that need a closer look; the open versions of all others are taken out."""
    if kind is RESOURCES:
        keys: Iterable[Any] = block.columns[0]
        chosen = []
    else:
        *named, _, seen = block.columns
        keys = zip(*named, strict=True)
        chosen = [at for at, each in enumerate(seen) if each]  # its times are told, whatever else is equal
    if not open_rows:
        return (resources_of if kind is RESOURCES else relations_of)(block, range(len(block.digests)))
    known_by_key = open_rows.get
    flows = frozenset(chosen)
    for at, (key, digest) in enumerate(zip(keys, block.digests, strict=True)):
        known = known_by_key(key)
        if at in flows:
            continue
        if known is not None and known.digest == digest and known.rules == fingerprint and not known.absent:
            del open_rows[key]
        else:
            chosen.append(at)
    if not chosen:
        return []
    return (resources_of if kind is RESOURCES else relations_of)(block, sorted(chosen))
