"""What both protocols share: who may send, how much may be under way, and the way from a body to durable facts."""

from __future__ import annotations

import threading

from collectors.traces.facts import Flows
from collectors.traces.otlp import OtlpReader
from collectors.traces.receiver.refusals import Refusals
from collectors.traces.receiver.senders import ANYONE, Sender, Senders
from collectors.traces.refused import Reason
from collectors.traces.spans import Batch

SINK_PATIENCE = 3.0
"""Seconds that facts may take to become durable before the sender is asked to come again."""

RETRY_AFTER = 5
WHO = "a token or a certificate is required that the receiver knows (traces.token_file, traces.senders)"
BYTES_UNDER_WAY = 4
"""Bodies of full size that may be in memory at once, over all connections."""


class Flooded(Exception):
    """Too many bytes are under way; the sender shall come again."""


class TooLarge(Exception):
    """A body is larger than allowed, or grows suspiciously when inflated."""


class Budget:
    """Bytes that may be under way at once. Safe for threads."""

    def __init__(self, bytes: int) -> None:
        self._left = bytes
        self._lock = threading.Lock()

    def take(self, bytes: int) -> None:
        """Raises Flooded if there is not that much left."""
        with self._lock:
            if bytes > self._left:
                raise Flooded
            self._left -= bytes

    def give_back(self, bytes: int) -> None:
        with self._lock:
            self._left += bytes


class Intake:
    """Decodes bodies and records what they say. Safe for threads."""

    def __init__(self, flows: Flows, senders: Senders, max_body: int, refusals: Refusals) -> None:
        self.max_body = max_body
        self.budget = Budget(max_body * BYTES_UNDER_WAY)
        self.closing = False
        self.rejected = 0
        self.senders = senders
        self.refusals = refusals
        self._flows = flows
        self._reader = OtlpReader()

    def protobuf(self, body: bytes, sender: Sender = ANYONE) -> Batch:
        """Records a message. Raises MalformedTraces, then nothing of it is kept, and SinkBusy."""
        return self._record(self._reader.protobuf(body), sender)

    def json(self, body: bytes, sender: Sender = ANYONE) -> Batch:
        """The same for JSON."""
        return self._record(self._reader.json_text(body), sender)

    def _record(self, batch: Batch, sender: Sender) -> Batch:
        invalid = batch.rejected
        batch = self.senders.admitted(batch, sender)
        self._flows.record(batch.spans, SINK_PATIENCE)
        self.rejected += batch.rejected
        for reason, spans in ((Reason.INVALID, invalid), (Reason.FOREIGN, batch.rejected - invalid)):
            if spans:
                self.refusals.add(reason, spans, sender.name)
        return batch
