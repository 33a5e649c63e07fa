"""The few answers that no path can describe: each function here is the `refine` of one row."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from collectors.model import Json


def steps_of_state_machine(item: dict[str, Json]) -> dict[str, Json]:
    """Adds `States` (their names) and `Invokes` (the ARNs they call) from a definition, which nests without end.

    The definition itself is dropped: its parameters may hold anything.
    """
    definition = item.pop("definition", None)
    if not isinstance(definition, str):
        return item
    try:
        document: Json = orjson.loads(definition)
    except orjson.JSONDecodeError:
        return item
    texts = set(_texts(document))
    item["Invokes"] = [*sorted(text for text in texts if text.startswith("arn:") and ":::" not in text)]
    item["States"] = [*sorted(set(_states(document)))]
    return item


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)


def _states(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _states(each)
    elif isinstance(value, dict):
        states = value.get("States")
        if isinstance(states, dict):
            yield from states
        for each in value.values():
            yield from _states(each)
