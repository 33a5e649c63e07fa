"""What was acknowledged is on disk: a receiver is killed after its answer, or at any time, and nothing is missing."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from random import Random

import httpx
import pytest

from collectors.traces.merging import merge
from daemon.store.journal import Journal
from tests.support.traces import LONG_AFTER, export, lines, proto_span, resource_spans

RECEIVER = """
import sys, threading
from pathlib import Path
from collectors.traces.receiver import Receiver
from config.settings import compose
from daemon.store.journal import Journal

journal = Journal(Path(sys.argv[1]))
receiver = Receiver(compose({"traces": {"grpc": "", "http": "127.0.0.1:0"}}).traces, journal)
receiver.start()
print(receiver.ports["http"], flush=True)
threading.Event().wait()
"""
KILLS = int(os.environ.get("KILLS", "5"))
SENDERS = 3
PROTOBUF = {"content-type": "application/x-protobuf"}
DATABASE = {"db.system.name": "mysql", "server.address": "db", "db.query.text": "select a from t where b = 1"}


@contextmanager
def receiving(path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A receiver in a process of its own, and where it takes traces."""
    process = subprocess.Popen(
        [sys.executable, "-c", RECEIVER, str(path)],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, f"http://127.0.0.1:{int(process.stdout.readline())}/v1/traces"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.parametrize("orphaned", [False, True])
def test_an_acknowledged_batch_survives_a_kill(tmp_path: Path, orphaned: bool) -> None:
    path = tmp_path / "facts.db"
    spans = [proto_span("b", "client", parent="a", attributes=DATABASE)]
    if not orphaned:
        spans.append(proto_span("a", "server", "GET /"))
    with receiving(path) as (process, url):
        body = export(resource_spans("shop", spans))
        answer = httpx.post(url, content=body, headers=PROTOBUF, timeout=20)
        process.kill()
        assert answer.status_code == 200
        assert process.wait(20) == -9
    journal = Journal(path)
    try:
        known = lines(merge("prod", journal.facts("prod"), LONG_AFTER), "reads")
    finally:
        journal.close()
    table = "table://environment:prod/mysql/db:3306//t"
    # Whose operation it was dies with the receiver where the parent had not come; that the service did it does not.
    assert known == [
        f"shop reads {table} columns=a lookups=b evidence=unattributed"
        if orphaned
        else f"shop/GET / reads {table} columns=a lookups=b"
    ]


def send(url: str, name: str, acknowledged: list[str], under_way: threading.Event) -> None:
    """Batch after batch, each with an operation of its own, until nobody answers any more."""
    with httpx.Client(timeout=20) as client:
        for number in count():
            operation = f"{name}n{number}"
            body = export(
                resource_spans("shop", [proto_span(operation, "server", f"do {operation}x", trace=operation)])
            )
            try:
                answer = client.post(url, content=body, headers=PROTOBUF)
            except httpx.TransportError:
                return
            if answer.status_code == 200:
                acknowledged.append(f"operation://prod//shop/do {operation}x")
                under_way.set()


def test_whatever_was_acknowledged_survives_kills_at_random_moments(tmp_path: Path) -> None:
    """KILLS=200 for more of them."""
    path, acknowledged, random = tmp_path / "facts.db", list[str](), Random(11)
    for kill in range(KILLS):
        under_way = threading.Event()
        with receiving(path) as (process, url):
            senders = [
                threading.Thread(target=send, args=(url, f"k{kill}s{number}", acknowledged, under_way))
                for number in range(SENDERS)
            ]
            for sender in senders:
                sender.start()
            try:
                assert under_way.wait(60)
                time.sleep(random.random() / 10)  # anywhere within a commit or between two
            finally:
                process.kill()
            assert process.wait(20) == -9
            for sender in senders:
                sender.join(60)
        with closing(Journal(path)) as journal:
            kept = {fact.target for fact in journal.facts("prod") if fact.verb == "has"}
        assert not set(acknowledged) - kept, f"kill {kill}"
    assert len(acknowledged) >= KILLS
