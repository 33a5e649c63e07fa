"""Pulls traces from ClickHouse, as the Collector's exporter stores them, and lets the cluster do the work.

The cluster groups spans by what they have in common (statements by their fingerprint) and answers which traces stand
for all others: for each pair of such groups, parent and child below one root, the earliest and the latest trace that
shows it; and one trace for each of the most frequent combinations. Only these are fetched, and only attributes that
are read. The earliest span of a pair counts for all of them, every other one for none: a sampler's rate is lost so.

Source: opentelemetry-collector-contrib, exporter/clickhouseexporter (table otel_traces, of either shape).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import orjson

from collectors.model import Why
from collectors.traces.imports.making import Maker, hex_id, trace_id
from collectors.traces.pulls import clickhouse_table
from collectors.traces.pulls.source import Found, Step, TooMuch
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import Pace, Window
from collectors.traces.semconv import SPAN_NAMES, STATEMENT_NAMES
from collectors.traces.spans import HEAVIEST, Kind, Span

LONGEST = 900.0
COMBINATIONS = 5_000
"""Combinations of pairs, the most frequent ones, that a trace of their own is fetched for."""

_IDS_AT_ONCE = 500
_AROUND = 3600
"""Seconds by which a trace may reach beyond the window in which a part of it was found."""

_ID = re.compile(r"[0-9a-fA-F]{16,32}\Z")
_KINDS = {kind.name.lower(): kind for kind in Kind}
# What is another one in nearly every span: spans that differ only in it are alike.
_VARIED = frozenset(
    {
        "url",
        "url.path",
        "client.address",
        "network.peer.address",
        "http.status",
        "graphql.fields",
        "graphql.resolved",
    }
)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


_ALIKE = _names(name for meaning, names in SPAN_NAMES.items() if meaning not in _VARIED for name in names)
_URLS = _names(name for meaning in ("url", "url.path") for name in SPAN_NAMES[meaning])
_RESOURCE, _SPAN = _names(clickhouse_table.RESOURCE), _names(clickhouse_table.SPAN)
_DOCUMENTS = _names(SPAN_NAMES["graphql.fields"])

_SPANS = f"""
span AS (
    SELECT TraceId, SpanId, ParentSpanId, Timestamp,
        cityHash64(
            ServiceName, SpanKind, SpanName,
            arraySort(mapKeys(mapFilter((k, v) -> k IN ({_RESOURCE}), ResourceAttributes) AS resource)),
            arraySort((v, k) -> k, mapValues(resource), mapKeys(resource)),
            arraySort(mapKeys(mapFilter((k, v) -> k IN ({_ALIKE}), SpanAttributes) AS attributes)),
            arraySort((v, k) -> k, mapValues(attributes), mapKeys(attributes)),
            arrayMap(
                k -> replaceRegexpAll(cutQueryString(SpanAttributes[k]), '[0-9a-fA-F-]{{{{16,}}}}|[0-9]+', ''),
                [{_URLS}]
            ),
            arrayMap(k -> normalizedQueryHash(SpanAttributes[k]), [{_names(STATEMENT_NAMES)}]),
            arrayMap(k -> replaceRegexpAll(SpanAttributes[k], '"[^"]*"|[0-9]+', ''), [{_DOCUMENTS}])
        ) AS alike
    FROM {{table}}
    WHERE Timestamp >= fromUnixTimestamp64Nano({{start}}) AND Timestamp < fromUnixTimestamp64Nano({{end}})
),
pair AS (
    SELECT child.TraceId AS trace, child.SpanId AS id, child.Timestamp AS at,
        parent.alike AS above, child.alike AS below,
        first_value(child.alike) OVER (PARTITION BY child.TraceId ORDER BY child.Timestamp, child.SpanId) AS root
    FROM span AS child LEFT JOIN span AS parent
        ON parent.TraceId = child.TraceId AND parent.SpanId = child.ParentSpanId
)
"""  # noqa: S608 - names of our own table
_PAIRS = f"""
WITH {_SPANS}
SELECT n, tupleElement(place, 1) AS earliest, tupleElement(place, 2) AS id, latest FROM (
    SELECT count() AS n, argMin((trace, id), at) AS place, argMax(trace, at) AS latest
    FROM pair GROUP BY root, above, below
)
FORMAT JSONEachRow
"""  # noqa: S608 - names of our own table
_COMBINATIONS = f"""
WITH {_SPANS}
SELECT any(trace) AS earliest, count() AS n FROM (
    SELECT trace, cityHash64(arraySort(groupUniqArray((above, below)))) AS combination FROM pair GROUP BY trace
) GROUP BY combination ORDER BY n DESC, combination LIMIT {COMBINATIONS}
FORMAT JSONEachRow
"""  # noqa: S608 - names of our own table
_FETCH = f"""
SELECT TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, toInt64(Duration) AS Took,
    toUnixTimestamp64Nano(Timestamp) AS At, `Links.TraceId` AS LinkTraces, `Links.SpanId` AS LinkSpans,
    mapFilter((k, v) -> k IN ({_RESOURCE}), ResourceAttributes) AS Resource,
    mapFilter((k, v) -> k IN ({_SPAN}), SpanAttributes) AS Attributes
FROM {{table}}
WHERE TraceId IN ({{ids}})
    AND Timestamp >= fromUnixTimestamp64Nano({{start}}) AND Timestamp < fromUnixTimestamp64Nano({{end}})
FORMAT JSONEachRow
"""  # noqa: S608 - names of our own table

_DESCRIBE = "DESCRIBE TABLE {table} FORMAT JSONEachRow"

Row = Mapping[str, object]


class ClickHouse:
    """A `Source`. `table`: checked by the settings, with its database."""

    kind = "clickhouse"

    def __init__(self, web: Web, pace: Pace, table: str = "") -> None:
        self._web = web
        self._pace = pace
        self._table = table or "otel_traces"
        self._from = ""
        self._maker = Maker()

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        try:
            yield from self._pace.steps(bookmark, until, lambda window: self._window(window, until))
        finally:
            self._web.close()

    def _window(self, window: Window, until: float) -> Iterator[Found]:
        weights: dict[tuple[str, str], int] = {}
        ids: dict[str, None] = {}
        for row in self._rows(_PAIRS, window, until):
            ids |= {str(row["earliest"]): None, str(row["latest"]): None}
            place = (str(row["earliest"]), str(row["id"]))
            weights[place] = min(weights.get(place, 0) + _number(row["n"]), HEAVIEST)
        if ids:
            ids |= {str(row["earliest"]): None for row in self._rows(_COMBINATIONS, window, until)}
        yield from self._fetched([id for id in ids if _ID.match(id)], window, weights, until)
        strange = sum(not _ID.match(id) for id in ids)
        if strange:
            yield f"{strange} traces without a readable id"

    def _fetched(
        self, ids: list[str], window: Window, weights: Mapping[tuple[str, str], int], until: float
    ) -> Iterator[Found]:
        around = Window(window.start - _AROUND, window.end + _AROUND)
        faults: dict[str, int] = {}
        waiting = iter(ids)
        while some := list(islice(waiting, _IDS_AT_ONCE)):
            spans: list[Span] = []
            for row in self._rows(_FETCH, around, until, ids=", ".join(f"'{id}'" for id in some)):
                span = self._span(row, weights)
                if isinstance(span, str):
                    faults[span] = faults.get(span, 0) + 1
                else:
                    spans.append(span)
            yield spans
        yield from (f"{count} spans ({reason})" for reason, count in faults.items())

    def _span(self, row: Row, weights: Mapping[tuple[str, str], int]) -> Span | str:
        try:
            place = trace_id(row["TraceId"]), hex_id(row["SpanId"], 16)
            parent = hex_id(row["ParentSpanId"], 16)
            links = [
                (trace_id(trace), hex_id(id, 16))
                for trace, id in zip(_listed(row["LinkTraces"]), _listed(row["LinkSpans"]), strict=False)
            ]
        except ValueError:
            return "a span has an id that cannot be read"
        start = _number(row["At"])
        kind = str(row["SpanKind"]).lower().removeprefix("span_kind_")
        return self._maker.span(
            place,
            parent,
            _KINDS.get(kind, Kind.UNSPECIFIED),
            str(row["SpanName"]),
            (start, start + _number(row["Took"])),
            {**_texts(row["Resource"]), "service.name": str(row["ServiceName"])},
            _texts(row["Attributes"]),
            links=links,
            weight=-weights.get((str(row["TraceId"]), str(row["SpanId"])), 0),
        )

    def _rows(self, query: str, window: Window, until: float, ids: str = "") -> list[Row]:
        """The rows of an answer. Raises NotListed."""
        if not self._from:
            types = {
                str(row["name"]): str(row["type"])
                for row in self._sent(_DESCRIBE.format(table=clickhouse_table.quoted(self._table)), until)
            }
            self._from = clickhouse_table.source(self._web.host, self._table, types)
        text = query.format(
            table=self._from,
            start=int(window.start * 1e9),
            end=int(window.end * 1e9),
            ids=ids,
        )
        return self._sent(text, until)

    def _sent(self, text: str, until: float) -> list[Row]:
        body = self._web.ask("/", {}, until, text.encode()).body
        try:
            return [orjson.loads(line) for line in body.split(b"\n") if line]
        except orjson.JSONDecodeError:
            # What goes wrong behind the first rows comes as text below them, with status 200.
            raise TooMuch(
                Why.FAILED, f"{self._web.host} broke off its answer: look into system.query_log", "Broken"
            ) from None


def _number(value: object) -> int:
    """A number; large ones come as text."""
    return int(value) if isinstance(value, int | str) else 0


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> dict[str, str]:
    return {key: one for key, one in value.items() if isinstance(one, str)} if isinstance(value, dict) else {}
