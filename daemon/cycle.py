"""One cycle: collect, snapshot, judge, publish. The program's story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Event

import structlog

from collectors.contract import Collector
from collectors.redaction import scrub_json
from config import secrets
from config.settings import Settings
from daemon.analysis import canonical, components, fields, judgement, path_drift
from daemon.analysis.judgement import Judgement, Rules
from daemon.analysis.settling import settle
from daemon.collection import Collected, Progress, collect
from daemon.privacy import renaming
from daemon.store import covered, documents, history, outbox
from daemon.store.database import Database
from daemon.store.draft import Draft, drafting
from daemon.store.errors import StoreError
from daemon.store.patience import PAUSES, patiently, stands
from daemon.store.publish import publish
from daemon.store.spool import Spool
from daemon.store.telling import NewDelivery
from daemon.store.view import CycleView
from daemon.values.drift import Origin
from daemon.values.finding import Finding

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What a cycle works with; everything that touches the world is handed in."""

    settings: Settings
    database: Database
    collectors: Sequence[Collector]
    executor: Executor
    rules: Callable[[], Rules]
    """The rules as they are now: advisories are copied anew while the daemon runs."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    pauses: Sequence[float] = PAUSES
    """Before each further try to commit, once the database's server went away."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cycle did. `previous`: the snapshot it is compared with; None for a baseline."""

    number: int
    previous: int | None
    state: str
    extents: int
    listed: int
    changed: bool
    new_paths: int
    seconds: float
    answers: Mapping[str, int]
    """How many extents ended in which state: listed, sighted, denied, ..."""
    trouble: str = ""
    """What did not work although the snapshot is there: the copy for readers."""


def run(
    parts: Parts,
    *,
    late: bool = False,
    progress: Progress | None = None,
    stopping: Event | None = None,
) -> Outcome:
    """Runs one cycle to the end. The caller holds the writer's lock. Raises StoreError, Stopped."""
    started = parts.clock()
    path = parts.settings.driftline.state_directory / "spool"
    spool = Spool(path, _shape, renaming(parts.settings.privacy), form=f"form {canonical.FORM}")
    try:
        with parts.database.reading() as connection:
            kept = covered.shown(connection)
        view = CycleView(spool, parts.database)
        collected = collect(parts.collectors, spool, parts.executor, kept, view, progress, stopping)
        outcome = _commit(parts, spool, collected, started, late=late, stopping=stopping)
    finally:
        spool.close()
    with parts.database.reading() as connection:
        header = history.head(connection, outcome.number).header
    log.info(
        "snapshot_committed",
        snapshot=outcome.number,
        header=header,  # kept elsewhere, it proves later that history was not rewritten
        state=outcome.state,
        listed=outcome.listed,
        extents=outcome.extents,
        new_paths=outcome.new_paths,
        seconds=round(outcome.seconds, 3),
    )
    return replace(outcome, trouble=_publish(parts))


def _publish(parts: Parts) -> str:
    """A copy that cannot be made now is made after a later cycle: the snapshot is safe, and so is the old copy."""
    target = parts.settings.published_path
    if not target:
        return ""
    try:
        publish(parts.database, target, parts.clock(), parts.settings.publish.min_interval, if_changed=True)
    except StoreError as error:
        log.error("publish_failed", reason=str(error))  # noqa: TRY400 - the sentence says it all
        return str(error)
    return ""


def _commit(
    parts: Parts,
    spool: Spool,
    collected: Collected,
    started: datetime,
    *,
    late: bool,
    stopping: Event | None,
) -> Outcome:
    """The snapshot, whole. If the server goes away it is written again, under the same number, from the spool."""
    now = parts.clock()
    rules = parts.rules()
    key = secrets.key(parts.settings.database.signing_key_file)
    sealed: list[tuple[Draft, Outcome]] = []  # by tries whose last answer did not come

    def once() -> Outcome:
        for draft, outcome in sealed:
            if stands(parts.database, draft.number, draft.parent, started, now):
                return outcome
        with drafting(
            parts.database, started_at=started, committed_at=now, rules=rules.fingerprint, late=late, key=key
        ) as draft:
            draft.merge(
                spool,
                warm_up=parts.settings.traces.warm_up,
                asked=collected.asked,
                large_removals=collected.large_removals,
            )
            new_paths = graver = 0
            if draft.state != "failed" and (draft.changed or draft.rules_before() != rules.fingerprint):
                new_paths, graver = judge(draft, rules)
            draft.tell(_deliveries(draft, parts.settings, now, alarming=bool(new_paths or graver)))
            outcome = Outcome(
                draft.number, draft.previous, draft.state, draft.extents, draft.listed, draft.changed, new_paths,
                (parts.clock() - started).total_seconds(), Counter(each.state for each in spool.outcomes()),
            )  # fmt: skip
            sealed.append((draft, outcome))
        return outcome

    return patiently(once, parts.pauses, stopping)


def judge(draft: Draft, rules: Rules) -> tuple[int, int]:
    """Writes bindings, data paths, findings and sight.

    Returns how many paths are new in the world, counted as reports list them, and how many were altered to be graver
    than before.
    """
    before = draft.graph_before()
    now = judgement.judge(draft.graph(), before.bindings, rules)

    @cache
    def again() -> Judgement:
        """The snapshot before, with what is known today; of a first one all is knowledge."""
        if draft.previous is None:
            return now
        return judgement.judge(judgement.retold(before, now.graph, draft.known), before.bindings, rules)

    findings_before = draft.findings_before()

    def found(judged: Judgement) -> tuple[Finding, ...]:
        inside = draft.components({components.digest_of(str(each.target)) for each in judged.runs})
        return components.findings(judged.runs, inside, rules.match, findings_before, judged.dark)

    stored = draft.paths_before()
    paths = settle(
        stored,
        now.paths,
        lambda: again().paths,
        lambda path: judgement.origin_of_new(path, draft.warming),
    )
    findings = settle(findings_before, found(now), lambda: found(again()), lambda _: Origin.ADDED)
    draft.write_bindings(now.graph.bindings, lambda: again().graph.bindings)
    draft.write_paths(paths.opened, paths.ended)
    draft.write_runs(now.runs)
    draft.write_findings(findings.opened, findings.ended)
    draft.write_sight(now.sight)
    old = {path.identity: path for path in stored}
    return (
        len({path.line for path, origin in paths.opened if origin is Origin.ADDED}),
        sum(
            origin is Origin.ALTERED and path_drift.is_graver(old[path.identity], path)
            for path, origin in paths.opened
        ),
    )


def _deliveries(draft: Draft, settings: Settings, now: datetime, *, alarming: bool) -> list[NewDelivery]:
    """Who is told of this snapshot: everyone the baseline once, alarms at once, the rest in the next digest."""
    wanted: list[NewDelivery] = []
    if not settings.mail.host:
        return wanted
    for recipient in settings.mail.recipients:
        told = outbox.last_told(draft.connection, recipient)
        if told is None:
            if draft.state != "failed":
                wanted.append(NewDelivery("baseline", recipient, None, now))
            continue
        if alarming and draft.previous is not None:
            wanted.append(NewDelivery("alarm", recipient, draft.previous, now))
        if draft.changed or settings.mail.heartbeat:
            wanted.append(NewDelivery("digest", recipient, told, next_digest(settings, now)))
    return wanted


def next_digest(settings: Settings, now: datetime) -> datetime:
    """The next time, after `now`, at which the day's digest is due."""
    zone = settings.schedule.zone
    local = now.astimezone(zone)
    due = datetime.combine(local.date(), settings.schedule.digest_at, zone)
    if due <= local:
        due = datetime.combine(local.date() + timedelta(days=1), settings.schedule.digest_at, zone)
    return due.astimezone(UTC)


def _shape(document: documents.Document) -> documents.Document:
    """What is kept of a document: nothing secret, and in the order that has a meaning."""
    scrubbed = scrub_json(document)
    assert isinstance(scrubbed, dict)
    return fields.canonical(scrubbed)
