"""Hostile texts for the SQL reader: every text has an answer, the same twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from collectors.traces.sql import parse
from collectors.traces.sql.labelled import labelled
from collectors.traces.sql.reading import LONGEST

LABELLED = Path(__file__).parents[1] / "collectors" / "traces" / "sql" / "labelled"

_SYSTEMS = (
    "",
    "postgresql",
    "mysql",
    "mssql",
    "oracle.db",
    "sqlite",
    "snowflake",
    "gcp.bigquery",
    "cassandra",
    "db2",
)
_SIGNS = tuple("()'\"`[]{};,.*?@#$:%-/\\ \n\x00é\ud800")
_WORDS = """
select from where insert into values update set delete join on as with recursive union all case when end merge using
matched then begin declare if else loop for in exec procedure function returns create table view output top order by
group limit exists not null copy load data unload $$ $x$ /* */ -- ''
"""
_SPLICED = tuple(_WORDS.split())


def corpus() -> list[tuple[str, str]]:
    """(system, text) of all labelled statements."""
    return [(each.system, each.text) for file in sorted(LABELLED.glob("*.sql")) for each in labelled(file)]


def mutations(random: Random) -> Iterator[tuple[str, str]]:
    """Texts without end, made of those of the corpus."""
    texts = corpus()
    while True:
        system, text = random.choice(texts)
        if random.random() < 0.2:
            system = random.choice(_SYSTEMS)
        for _ in range(random.randint(1, 6)):
            text = _changed(text, random, texts)
        yield system, text[: 2 * LONGEST]


def _changed(text: str, random: Random, texts: list[tuple[str, str]]) -> str:
    at = random.randint(0, len(text))
    end = min(len(text), at + random.randint(0, 30))
    match random.randint(0, 6):
        case 0:
            return text[:at]
        case 1:
            return text[:at] + text[end:]
        case 2:
            return text[:at] + random.choice(_SIGNS) * random.choice((1, 1, 1, 2, 50, 3000)) + text[at:]
        case 3:
            return f"{text[:at]} {random.choice(_SPLICED)} {text[at:]}"
        case 4:
            return text[:at] + text[at:end] * random.choice((2, 3, 100)) + text[end:]
        case 5:
            other = random.choice(texts)[1]
            return text[:at] + other[random.randint(0, len(other)) :]
        case _:
            return f"{text[:at]}({text[at:]})"


def check(system: str, text: str) -> None:
    """Raises AssertionError, or whatever the reader raises."""
    statement = parse(text, system)
    assert parse(text, system) == statement
    for use in statement.tables:
        assert use.table
        assert not set(use.columns) & set(use.lookups)
