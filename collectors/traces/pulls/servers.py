"""Pulls traces from Zipkin, Jaeger and Tempo by the interfaces that their own pages use.

None of them pages: where an answer is as long as it may be, its window is halved, down to a second.

Sources: https://zipkin.io/zipkin-api/zipkin2-api.yaml; https://www.jaegertracing.io/docs/latest/apis/ (HTTP JSON);
https://grafana.com/docs/tempo/latest/api_docs/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.jaeger import JaegerReader
from collectors.traces.imports.zipkin import ZipkinReader
from collectors.traces.otlp import OtlpReader
from collectors.traces.pulls.source import Step
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import SHORTEST, Pace, Window, bookmark
from collectors.traces.spans import Batch, MalformedTraces, Span

LONGEST = 900.0
LIMIT = 1000
"""Traces of one answer."""

_ID = re.compile(r"[0-9a-fA-F]{1,32}\Z")
Traces = Callable[[Window], list[object]]


def _asked(window: Window, ask: Traces, faults: list[str], what: str) -> Iterator[object]:
    """All traces of a window; those of a second that are more than an answer holds are named."""
    found = ask(window)
    if len(found) < LIMIT:
        yield from found
    elif window.end - window.start > SHORTEST:
        for half in window.halves:
            yield from _asked(half, ask, faults, what)
    else:
        faults.append(f"more than {LIMIT} traces{what} in the second {window.start:.0f}")
        yield from found


def _kept(batch: Batch, spans: list[Span], faults: list[str]) -> None:
    spans += batch.spans
    if batch.rejected:
        faults.append(f"{batch.rejected} spans ({batch.reason})")


class Zipkin:
    """A `Source`. `services`: those to ask for; none: all."""

    kind = "zipkin"

    def __init__(self, web: Web, pace: Pace, services: Sequence[str] = ()) -> None:
        self._web = web
        self._pace = pace
        self._services = services
        self._reader = ZipkinReader()

    def steps(self, bookmark_text: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        try:
            for window in self._pace.windows(bookmark_text):
                spans: list[Span] = []
                faults: list[str] = []
                for service in self._services or ("",):
                    for trace in _asked(window, self._traces(service, until), faults, _of(service)):
                        try:
                            _kept(self._reader.json(trace), spans, faults)
                        except MalformedTraces as error:
                            faults.append(str(error))
                yield Step(spans, bookmark(window), tuple(faults))
        finally:
            self._web.close()

    def _traces(self, service: str, until: float) -> Traces:
        def ask(window: Window) -> list[object]:
            query = {
                "serviceName": service,
                "endTs": int(window.end * 1000),
                "lookback": max(int((window.end - window.start) * 1000), 1),
                "limit": LIMIT,
            }
            return _list(self._web, self._web.json("/api/v2/traces", query, until))

        return ask


class Jaeger:
    """A `Source`. `services`: those to ask for; none: all that Jaeger names."""

    kind = "jaeger"

    def __init__(self, web: Web, pace: Pace, services: Sequence[str] = ()) -> None:
        self._web = web
        self._pace = pace
        self._services = services
        self._reader = JaegerReader()

    def steps(self, bookmark_text: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        try:
            services = self._services or self._named(until)
            for window in self._pace.windows(bookmark_text):
                spans: list[Span] = []
                faults: list[str] = []
                seen: set[object] = set()
                for service in services:
                    for trace in _asked(window, self._traces(service, until), faults, _of(service)):
                        id = trace.get("traceID") if isinstance(trace, dict) else None
                        if id is not None and id in seen:
                            continue  # it was told with another of its services
                        seen.add(id)
                        try:
                            _kept(self._reader.json([trace]), spans, faults)
                        except MalformedTraces as error:
                            faults.append(str(error))
                yield Step(spans, bookmark(window), tuple(faults))
        finally:
            self._web.close()

    def _named(self, until: float) -> list[str]:
        answer = self._web.json("/api/services", {}, until)
        return sorted(one for one in _data(self._web, answer) if isinstance(one, str))

    def _traces(self, service: str, until: float) -> Traces:
        def ask(window: Window) -> list[object]:
            query = {
                "service": service,
                "start": int(window.start * 1e6),
                "end": int(window.end * 1e6),
                "limit": LIMIT,
            }
            return _data(self._web, self._web.json("/api/traces", query, until))

        return ask


class Tempo:
    """A `Source`. `query`: TraceQL, "" for all traces."""

    kind = "tempo"

    def __init__(self, web: Web, pace: Pace, query: str = "") -> None:
        self._web = web
        self._pace = pace
        self._query = query or "{}"
        self._reader = OtlpReader()
        self._second = True
        """Whether it is asked by the second version of its interface, which tells what is missing of a trace."""

    def steps(self, bookmark_text: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        try:
            for window in self._pace.windows(bookmark_text):
                spans: list[Span] = []
                faults: list[str] = []
                ids: dict[str, None] = {}
                for trace in _asked(window, self._search(until), faults, ""):
                    id = trace.get("traceID") if isinstance(trace, dict) else None
                    if isinstance(id, str) and _ID.match(id):
                        ids[id.zfill(32)] = None
                    else:
                        faults.append("a trace without a readable id")
                for id in ids:
                    try:
                        _kept(self._trace(id, faults, until), spans, faults)
                    except MalformedTraces as error:
                        faults.append(f"trace {id}: {error}")
                yield Step(spans, bookmark(window), tuple(faults))
        finally:
            self._web.close()

    def _search(self, until: float) -> Traces:
        def ask(window: Window) -> list[object]:
            query = {
                "q": self._query,
                "start": int(window.start),
                "end": int(window.end) + 1,
                "limit": LIMIT,
                "spss": 1,
            }
            answer = self._web.json("/api/search", query, until)
            return _list(self._web, answer.get("traces") or [] if isinstance(answer, dict) else None)

        return ask

    def _trace(self, id: str, faults: list[str], until: float) -> Batch:
        """The spans of a trace; none if it was dropped meanwhile. Raises NotListed, MalformedTraces."""
        accept = "application/protobuf"
        if self._second:
            reply = self._web.ask(f"/api/v2/traces/{id}", {}, until, accept=accept, allowed=(404,))
            if reply.status == 200:
                trace, partial = _second(reply.body)
                faults += [f"trace {id} is not whole: {partial}"] if partial else []
                return self._reader.protobuf(trace)
        reply = self._web.ask(f"/api/traces/{id}", {}, until, accept=accept, allowed=(404,))
        if reply.status == 404:
            return Batch([])
        self._second = False
        # A trace is on the wire what an export is: resource spans under the same number.
        return self._reader.protobuf(reply.body)


def _of(service: str) -> str:
    return f" of {service}" if service else ""


def _list(web: Web, found: object) -> list[object]:
    if not isinstance(found, list):
        raise NotListed(
            Why.FAILED, f"{web.host} answers something else than traces: correct kind or url", "Kind"
        )
    return found


def _data(web: Web, answer: object) -> list[object]:
    found = answer.get("data") if isinstance(answer, dict) else None
    return [] if found is None and isinstance(answer, dict) and "data" in answer else _list(web, found)


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
