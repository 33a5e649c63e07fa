"""Names without end: counted up to a cap, then as `overflow`, and memory stays within bounds."""

from __future__ import annotations

import json
import subprocess
import sys

FLOOD = """
import json, sys
import psutil
from collections import Counter
from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import merge
from collectors.traces.otlp import OtlpReader
from tests.support.traces import MOMENT, export, proto_span, resource_spans

class Seen:
    '''Counts distinct urns, and keeps the facts of one environment.'''
    def __init__(self):
        self.urns, self.kept = set(), MemoryFacts()
    def record(self, facts, timeout):
        self.urns.update(fact.source for fact in facts)
        self.kept.record([fact for fact in facts if fact.environment in ('prod', 'overflow')], timeout)

seen = Seen()
flows, reader = Flows(seen), OtlpReader()
process = psutil.Process()

def send(*holders):
    flows.record(reader.protobuf(export(*holders)).spans, 5.0)

send(resource_spans('first', [proto_span('a', 'server', 'GET /')]))
before = process.memory_info().rss
number = 0
# Services in environments without end.
for _ in range(9):
    holders = []
    for _ in range(600):
        number += 1
        spans = [proto_span(f's{number}', 'server', 'GET /', trace=f's{number}')]
        holders.append(resource_spans(f's{number}', spans, {'deployment.environment.name': f'e{number}'}))
    send(*holders)
# Operations, hosts, tables and topics of one service.
for kind, make in (
    ('server', lambda n: {'http.request.method': 'GET', 'http.route': f'/r{n}x'}),
    ('client', lambda n: {'server.address': f'h{n}.example.com'}),
    ('client', lambda n: {'db.system.name': 'mongodb', 'server.address': 'db', 'db.collection.name': f't{n}'}),
    ('producer', lambda n: {'messaging.system': 'kafka', 'messaging.destination.name': f'q{n}x'}),
):
    for _ in range(3):
        spans = []
        for _ in range(1000):
            number += 1
            spans.append(proto_span(f'o{number}', kind, f'n{number}x', trace=f'o{number}', attributes=make(number)))
        send(resource_spans('first', spans))
grown = process.memory_info().rss - before
merged = merge('prod', seen.kept.facts('prod'), 4e9)
shown = [one.urn for one in merged.resources if one.urn.rpartition('/')[2] == 'overflow']
print(json.dumps({
    'kinds': Counter(urn.partition('://')[0] for urn in seen.urns),
    'environments': len({urn.split('/')[2] for urn in seen.urns if urn.startswith('service://')}),
    'overflowed': flows.counts.overflowed, 'grown': grown, 'shown': shown,
    'elsewhere': seen.kept.environments(),
}))
"""


def test_names_without_end_are_capped_and_the_rest_is_shown_as_overflow() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FLOOD], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kinds"]["service"] <= 5_000 + 101
    assert found["environments"] <= 5_000 + 101
    assert found["kinds"]["operation"] <= 5_000 + 101 + 1_001
    assert sum(found["kinds"].get(kind, 0) for kind in ("host", "table", "topic")) <= 5_003
    assert found["overflowed"] > 5_000
    assert any(urn.startswith("operation://prod//first/") for urn in found["shown"])
    assert "table://environment:prod////overflow" in found["shown"]
    assert "topic://prod///overflow" in found["shown"]
    assert "overflow" in found["elsewhere"]
    assert found["grown"] < 160 << 20
