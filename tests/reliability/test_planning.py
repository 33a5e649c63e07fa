"""A collector that could not plan once: a gap of what it knows, for one cycle, and nothing left of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from collectors.contract import Collector
from daemon import cycle
from tests.support.prepared import Home


@dataclass
class Unplannable:
    """Passes everything on, but cannot plan."""

    inner: Any  # any collector's own methods

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def plan(self) -> NoReturn:
        raise OSError(5, "Input/output error")

    def follow(self, _view: object) -> NoReturn:
        raise OSError(5, "Input/output error")


def broken(collector: Collector, names: set[str]) -> Any:
    return Unplannable(collector) if collector.name in names else collector


def test_a_plan_that_failed_is_a_gap_that_heals(tmp_path: Path) -> None:
    home = Home(tmp_path)
    gaps = "SELECT type FROM v1_coverage WHERE state NOT IN ('listed', 'sighted', 'retired') ORDER BY 1"
    names = {"aws", "traces"}
    for day in range(4):
        home.hear(min(day, 1))
        with home.store() as database, home.parts(database, day) as parts:
            collectors = tuple(broken(each, names if day in (1, 3) else set()) for each in parts.collectors)
            outcome = cycle.run(replace(parts, collectors=collectors))
        if day in (1, 3):
            assert outcome.state == "failed"
            assert {"aws.plan", "traces.plan", "traces.flow"} <= {row[0] for row in home.rows(gaps)}
        else:
            assert outcome.state == "complete"
            assert home.rows(gaps) == []
        assert home.rows("SELECT count(*) FROM v1_changes WHERE action = 'removed'") == [
            (0 if day < 2 else 2,)
        ]
