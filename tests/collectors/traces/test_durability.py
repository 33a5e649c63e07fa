"""What was acknowledged is on disk: a receiver is killed right after its answer, and nothing of it is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
DATABASE = {"db.system.name": "mysql", "server.address": "db", "db.query.text": "select a from t where b = 1"}


@pytest.mark.parametrize("orphaned", [False, True])
def test_an_acknowledged_batch_survives_a_kill(tmp_path: Path, orphaned: bool) -> None:
    path = tmp_path / "facts.db"
    spans = [proto_span("b", "client", parent="a", attributes=DATABASE)]
    if not orphaned:
        spans.append(proto_span("a", "server", "GET /"))
    process = subprocess.Popen(
        [sys.executable, "-c", RECEIVER, str(path)],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        answer = httpx.post(
            f"http://127.0.0.1:{port}/v1/traces",
            content=export(resource_spans("shop", spans)),
            headers={"content-type": "application/x-protobuf"},
            timeout=20,
        )
        process.kill()
        assert answer.status_code == 200
        assert process.wait(20) == -9
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
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
