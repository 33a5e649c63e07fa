"""Decides, for data that a path hands on to a third party or a topic, which reads on its way it can come from."""

from __future__ import annotations

from collections.abc import Iterable

from daemon.analysis.telling import short_name
from daemon.values.explanation import HopSeen
from daemon.values.flow import Flow
from daemon.values.path import DataPath, Hop


def fetched(paths: Iterable[DataPath], flows: Iterable[Flow]) -> tuple[HopSeen, ...]:
    """Reads of the columns that the paths carry, by operations that they pass; nothing for those that end in a table.

    `flows`: all that read. What is handed on names its columns `schema.table.column`.
    """
    handed = [path for path in paths if path.identity.direction.gives]
    columns = {column for path in handed for column in path.columns}
    passed = {path.identity.origin for path in handed}
    passed |= {end for path in handed for hop in path.route for end in (hop.source, hop.target)}
    return tuple(
        HopSeen(
            Hop(flow.source, flow.verb, flow.target, flow.evidence),
            flow.first_seen,
            flow.last_seen,
            flow.times,
        )
        for flow in flows
        if flow.source in passed
        and any(f"{short_name(flow.target)}.{column}" in columns for column in flow.columns)
    )
