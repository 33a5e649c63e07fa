"""A look that is killed at any time: what it read counts once, what it did not read is read by the next."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import boto3  # type: ignore[import-untyped]  # ships no types
import pytest

from collectors.contract import Fact
from daemon.store.journal import Journal
from tests.support.moto import Moto
from tests.support.trace_formats import lines, otlp

FILES = 4
LOOK = """
import os, sys, time
from pathlib import Path
from collectors.aws.asking import S3Objects
from collectors.aws.sessions import AwsAccount, loader
from collectors.traces.facts import Flows
from collectors.traces.pulls.bucket import Bucket
from collectors.traces.pulls.collector import Pull, PullsCollector
from collectors.traces.pulls.directory import Directory
from daemon.store.journal import Journal

class Waiting:  # so that there is time to kill what has read a portion
    kind = "otlp"

    def __init__(self, source, seconds):
        self.source, self.seconds = source, seconds

    def steps(self, bookmark, until):
        for step in self.source.steps(bookmark, until):
            yield step
            time.sleep(self.seconds)

def look(journal, place, seconds):
    account = AwsAccount("test", regions=("eu-central-1",), endpoint_url=place)
    source = Bucket(S3Objects(account, "", "spans"), "traces/") if "://" in place else Directory(Path(place))
    source = Waiting(source, float(seconds))
    facts = Journal(Path(journal))
    collector = PullsCollector([Pull("a", "prod", 0.0, 60.0, 10**6, source)], Flows(facts), facts)
    [request] = collector.plan()
    [answer] = collector.answer(request)
    facts.close()
    assert type(answer).__name__ == "Listing", answer

for part in ("service-2", "endpoint-rule-set-1"):
    loader().load_service_model("s3", part)

# Each look is a process of its own that has everything loaded: it begins at once, and can be killed.
for order in sys.stdin:
    child = os.fork()
    if not child:
        code = 1
        try:
            look(*order.split())
            code = 0
        finally:
            os._exit(code)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


def story(number: int) -> bytes:
    """The story, as a file has it, in traces of its own."""
    text = lines(otlp()).decode()
    return text.replace("5f" * 12, f"{number:024x}").replace("7e" * 12, f"{number + 10**6:024x}").encode()


@pytest.fixture
def directory(tmp_path: Path) -> str:
    folder = tmp_path / "spans"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number}.json").write_bytes(story(number))
    return str(folder)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with Moto() as cloud:
        s3 = boto3.client("s3", endpoint_url=cloud.url, region_name="eu-central-1")
        s3.create_bucket(Bucket="spans", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        for number in range(FILES):
            s3.put_object(Bucket="spans", Key=f"traces/{number}", Body=story(number))
        yield cloud.url


def written(journal: Path) -> int:
    """How much is counted by now."""
    try:
        with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as connection:
            [found] = connection.execute("select coalesce(sum(count), 0) from fact").fetchone()
    except sqlite3.Error:
        return 0
    return int(found)


def known(journal: Path) -> list[Fact]:
    with closing(Journal(journal)) as facts:
        return [fact for name in facts.environments() for fact in facts.facts(name)]


@pytest.mark.parametrize("kind", ["directory", "bucket"])
def test_no_file_is_lost_and_none_counts_twice(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    place = request.getfixturevalue(kind)
    process = subprocess.Popen(
        [sys.executable, "-c", LOOK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin as orders, process.stdout as answers:

        def look(journal: Path, patience: float | None = None) -> int:
            """Its exit code. With patience it is killed so many seconds after the first facts that it writes."""
            before = written(journal)
            print(journal, place, 0 if patience is None else 2, file=orders, flush=True)
            child = int(answers.readline())
            with suppress(ProcessLookupError):  # it has ended
                while patience is not None:
                    os.kill(child, 0)
                    if written(journal) != before:
                        time.sleep(patience)
                        os.kill(child, signal.SIGKILL)
                        break
            return int(answers.readline())

        assert look(tmp_path / "whole.db") == 0
        kills, patience = 0, 0.0
        while look(tmp_path / "killed.db", patience) == -signal.SIGKILL:
            kills += 1
            patience = kills % 3 / 1000
            assert kills <= 3 * FILES, "a look that is killed comes no further"
        orders.close()
        process.wait(30)
    assert kills >= 2
    whole = known(tmp_path / "whole.db")
    assert max(fact.count for fact in whole) >= FILES
    assert known(tmp_path / "killed.db") == whole
