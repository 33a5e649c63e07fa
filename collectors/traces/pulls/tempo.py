"""Pulls traces from Tempo: which there are in a window, then each of them.

Source: https://grafana.com/docs/tempo/latest/api_docs/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from collectors.model import Why
from collectors.traces.otlp import OtlpReader
from collectors.traces.pulls.searching import Answer, Search, listed
from collectors.traces.pulls.source import Found, Step, TooMuch, spans_of
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import Pace, Window
from collectors.traces.spans import MalformedTraces

_ID = re.compile(r"[0-9a-fA-F]{1,32}\Z")
_GONE, _LARGE = 404, (413, 422)


class Tempo:
    """A `Source`. `query`: TraceQL, "" for all traces."""

    kind = "tempo"

    def __init__(self, web: Web, pace: Pace, query: str = "") -> None:
        self._web = web
        self._pace = pace
        self._query = query or "{}"
        self._reader = OtlpReader()
        self._search = Search()
        self._second = True
        """Whether it is asked by the second version of its interface, which tells what is missing of a trace."""

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        try:
            yield from self._pace.steps(bookmark, until, lambda window: self._window(window, until))
        finally:
            self._web.close()

    def _window(self, window: Window, until: float) -> Iterator[Found]:
        def ask(window: Window, limit: int) -> Answer:
            return self._found(window, limit, until)

        faults: list[str] = []
        ids: dict[str, None] = {}
        for trace in self._search.all(window, ask, faults):
            id = trace.get("traceID") if isinstance(trace, dict) else None
            if isinstance(id, str) and _ID.match(id):
                ids[id.zfill(32)] = None
            else:
                faults.append("a trace without a readable id")
        yield from faults
        for id in ids:
            try:
                yield from self._trace(id, until)
            except MalformedTraces as error:
                yield f"trace {id}: {error}"

    def _found(self, window: Window, limit: int, until: float) -> Answer:
        """What a search finds. Raises NotListed."""
        query = {
            "q": self._query,
            "start": int(window.start),
            "end": int(window.end) + 1,
            "limit": limit,
            "spss": 1,
        }
        answer = self._web.json("/api/search", query, until)
        found = listed(self._web, answer.get("traces") or [] if isinstance(answer, dict) else None)
        metrics = answer.get("metrics") if isinstance(answer, dict) else None
        if len(found) < limit and isinstance(metrics, dict):
            done, all = metrics.get("completedJobs"), metrics.get("totalJobs")
            if isinstance(done, int) and isinstance(all, int) and done < all:
                raise TooMuch(Why.PARTIAL, f"{self._web.host} looked at {done} of {all} parts only", "Part")
        return Answer(found, len(found) >= limit)

    def _trace(self, id: str, until: float) -> Iterator[Found]:
        """The spans of a trace; none if it was dropped meanwhile. Raises NotListed, MalformedTraces."""
        accept = "application/protobuf"
        refused = (_GONE, *_LARGE)
        if self._second:
            reply = self._web.ask(f"/api/v2/traces/{id}", {}, until, accept=accept, allowed=refused)
            if reply.status == 200:
                trace, partial = _second(reply.body)
                if partial:
                    yield f"trace {id} is not whole: {partial}"
                yield from spans_of(self._reader.protobuf(trace))
                return
        else:
            reply = self._web.ask(f"/api/traces/{id}", {}, until, accept=accept, allowed=refused)
        if reply.status == _GONE and self._second:
            reply = self._web.ask(f"/api/traces/{id}", {}, until, accept=accept, allowed=refused)
            self._second = reply.status == _GONE
        if reply.status in _LARGE:
            yield f"trace {id} is larger than {self._web.host} answers"
        elif reply.status == 200:
            # A trace is on the wire what an export is: resource spans under the same number.
            yield from spans_of(self._reader.protobuf(reply.body))


def _second(body: bytes) -> tuple[bytes, str]:
    """The trace in an answer of Tempo's second version, and why it is not whole. Raises MalformedTraces.

    On the wire: the trace under 1, whether it is whole under 3, a message under 4.
    """
    traces: list[bytes] = []
    partial, message = False, ""
    position = 0
    while position < len(body):
        key, position = _varint(body, position)
        if key & 7 == 0:
            value, position = _varint(body, position)
            partial = partial or (key >> 3 == 3 and value == 1)
        elif key & 7 == 2:
            length, position = _varint(body, position)
            content, position = body[position : position + length], position + length
            if key >> 3 == 1:
                traces.append(content)
            elif key >> 3 == 4:
                message = content[:200].decode(errors="replace")
        else:
            raise MalformedTraces("the answer is not a trace")
    return b"".join(traces), (message or "too large") if partial else ""


def _varint(body: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(body):
            break
        byte = body[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise MalformedTraces("the answer is truncated")
