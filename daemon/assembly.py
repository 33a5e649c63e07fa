"""Puts a daemon together from its settings: database, journal, collectors, rules."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from collectors import registry
from collectors.contract import FactStore
from config import secrets, vocabulary
from config.settings import Settings
from daemon.advisories import Knowledge
from daemon.analysis import borders
from daemon.analysis.catalogue import MeaningOf
from daemon.analysis.judgement import Rules
from daemon.cycle import Parts
from daemon.store.database import Database, open_database
from daemon.store.journal import Journal, path_of
from daemon.store.schema import migrate
from daemon.told import Telling
from daemon.values.told import NOTHING, Told

if TYPE_CHECKING:
    from collectors.traces.facts import Flows

ANALYSIS = "5"
"""Raised when the analysis itself draws other conclusions from the same graph."""


def open_store(settings: Settings) -> Database:
    """Opens and migrates the snapshot database. Raises StoreError, SecretError."""
    file = settings.database.password_file
    database = open_database(settings.database_url, secrets.read(file) if file else "")
    migrate(database)
    return database


def open_journal(settings: Settings) -> Journal:
    """Opens the fact journal, which lies beside the snapshot database."""
    settings.driftline.state_directory.mkdir(parents=True, exist_ok=True, mode=0o750)
    return Journal(path_of(settings))


def open_flows(settings: Settings, journal: Journal) -> Flows:
    """What is known of open traces in this process: one for its receiver and its pulls, so that their halves meet."""
    from collectors.traces.facts import Flows  # noqa: PLC0415 - loads the SQL parser

    return Flows(journal, settings.traces.pairing_window.total_seconds())


def rules(settings: Settings, knowledge: Knowledge, said: Told = NOTHING) -> Rules:
    """The rules of this release, these settings, and what is known now."""
    from collectors.traces.classes import classify  # noqa: PLC0415 - reads the vocabulary

    knowledge.refresh()
    own, public = settings.traces.own_domains, settings.traces.public_operations
    lines = [each.model_dump_json() for each in settings.borders]
    text = "\n".join(
        (
            ANALYSIS,
            vocabulary.version(),
            *own,
            "",
            *public,
            "",
            knowledge.fingerprint,
            said.fingerprint,
            *lines,
        )
    )
    return Rules(
        classifier=classify,
        vendor=vocabulary.vendor,
        jurisdiction=vocabulary.jurisdiction,
        own_domains=own,
        public_operations=public,
        match=knowledge.match,
        fingerprint=hashlib.sha256(text.encode()).hexdigest()[:16],
        told=said,
        transfer=borders.transfers(vocabulary.border, settings.borders, vocabulary.country_of),
        meaning=meaning(said),
    )


def meaning(said: Told) -> MeaningOf:
    """What comments and tags of columns mean, with the words of the operator's own."""
    from collectors.traces.classes.labels import Label, Meaning, Meant  # noqa: PLC0415 - reads the vocabulary

    known = Meaning({**vocabulary.label_words(), **said.words})

    @lru_cache(maxsize=1 << 16)  # two snapshots of a cycle say nearly the same
    def meant(
        table: str, column: str, /, *, comment: str, tags: tuple[tuple[str, str], ...], by: str
    ) -> Meant | None:
        return known.of(Label(table, column, by, tags=tags, comment=comment), by)

    return meant


@contextmanager
def parts(
    settings: Settings,
    database: Database,
    facts: FactStore | None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    flows: Flows | None = None,
) -> Iterator[Parts]:
    """Everything a cycle works with; collectors and threads end with the block. `flows`: those of a receiver."""
    with ExitStack() as stack:
        executor = ThreadPoolExecutor(settings.schedule.threads, thread_name_prefix="collect")
        stack.callback(executor.shutdown, wait=False, cancel_futures=True)
        made = registry.collectors(settings, facts, flows)
        for collector in made:
            stack.callback(collector.close)
        knowledge, telling = Knowledge(settings.images.osv_directory), Telling(settings)
        yield Parts(
            settings, database, made, executor, lambda: rules(settings, knowledge, telling.now()), clock
        )
