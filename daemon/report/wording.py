"""Says urns, times, hops, borders and counts in the words of a report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from collectors.model import Json
from daemon.values.drift import Totals
from daemon.values.finding import Finding
from daemon.values.path import Answer, Border, DataPath, Direction, Hop, Tier


def moment(time: datetime) -> str:
    """`2026-11-22 06:00Z`."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")


def seen(first: datetime, last: datetime) -> str:
    """`seen 2026-11-20 06:00Z to 2026-11-22 06:00Z`; once if both are the same minute."""
    begin, end = moment(first), moment(last)
    return f"seen {begin}" if begin == end else f"seen {begin} to {end}"


def moment_near(time: datetime, day: date) -> str:
    """`05:12Z` on `day`, with the date on any other."""
    utc = time.astimezone(UTC)
    return utc.strftime("%H:%MZ") if utc.date() == day else moment(utc)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 extent`, `2 extents`, `12,000 extents`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """Distinct words in the order of their first appearance, with commas."""
    return ", ".join(dict.fromkeys(word for word in words if word))


def joined(between: str, *parts: str) -> str:
    """The parts that are not empty, with `between` between them."""
    return between.join(part for part in parts if part)


def clipped(text: str, most: int) -> str:
    """At most `most` characters, an ellipsis showing where more were."""
    return text if len(text) <= most else text[: most - 3] + "..."


def value(content: Json) -> str:
    """A field's content on one line: text as it is, all else as JSON."""
    if isinstance(content, str):
        return content or '""'
    if content is None:
        return "(none)"
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(", ", ": "))


def altered(path: str, before: Json, after: Json) -> str:
    """One field of a path: `(none) -> email, phone`; of a route the one before, since the new one is in the line."""
    if path == "route" and isinstance(before, list) and isinstance(after, list):
        then, now = (dict.fromkeys(_source(str(hop), service) for hop in hops) for hops in (before, after))
        if list(then) == list(now):
            then = dict.fromkeys(_source(str(hop), end) for hop in before)
        return f"before by {' -> '.join(then)}"
    return f"{_several(path, before)} -> {_several(path, after)}"


def _source(hop: str, said: Callable[[str], str]) -> str:
    """Where a hop begins, of its text `SOURCE verb TARGET`."""
    return said(hop.partition(" calls ")[0] if hop.startswith("operation://") else hop.partition(" ")[0])


def _several(path: str, content: Json) -> str:
    if isinstance(content, list):
        return ", ".join(str(each) for each in content) or "(none)"
    return name(content) if path == "store" and isinstance(content, str) and content else value(content)


_EVIDENCE = {
    "paired": "paired spans",
    "ancestor": "ancestor spans",
    "linked": "linked spans",
    "learned": "learned from who answers there",
    "strong": "strong name",
    "weak": "weak name",
    "value": "value met in passing",
    "verdict": "your verdict",
}


def evidence(word: str) -> str:
    """How a hop or a class is known, in words."""
    return _EVIDENCE.get(word, word)


def folded(urns: Iterable[str]) -> str:
    """`services of 1 environment, operations of 3 services`: of what the names were beyond a limit."""
    kinds = Counter(urn.partition("://")[0] for urn in urns)
    beyond = kinds.total() - kinds["service"] - kinds["operation"]
    said = (
        (kinds["service"], f"services of {counted(kinds['service'], 'environment')}"),
        (kinds["operation"], f"operations of {counted(kinds['operation'], 'service')}"),
        (beyond, f"{counted(beyond, 'kind')} of destinations"),
    )
    return ", ".join(words for count, words in said if count)


def border(crossed: Border) -> str:
    """`EU/EEA -> US, eu-central-1 reaches us-east-1; high: leaves the EU/EEA for the US`."""
    told = f"; {crossed.severity}: {crossed.words}" if crossed.severity else ""
    return (
        f"{crossed.origin} -> {crossed.destination}, "
        f"{crossed.origin_region} reaches {crossed.destination_region}{told}"
    )


def answer(path: DataPath) -> str:
    """What the origin does with what is read: `may return what it reads`; "" where nobody asked."""
    return _ANSWERS[path.answer]


_ANSWERS = {
    Answer.READS: "reads it, and is not known to return it",
    Answer.MAY_RETURN: "may return what it reads",
    Answer.RETURNS: "returns what it reads",
    Answer.NOT_ASKED: "",
}


def service(urn: str) -> str:
    """The service's name, of a service's or an operation's urn."""
    kind, _, rest = urn.partition("://")
    parts = rest.split("/", 3)
    return parts[2] if kind in {"service", "operation"} and len(parts) > 2 else name(urn)


def name(urn: str) -> str:
    """What people call the resource: `GET /orders/{id}`, `public.customers`, `orders-db`."""
    kind, found, rest = urn.partition("://")
    if found:
        depth = {
            "declared": 3,
            "ingress": 2,
            "operation": 3,
            "service": 2,
            "table": 4,
            "topic": 3,
            "host": 1,
        }.get(kind)
        parts = rest.split("/", depth) if depth else []
        if kind == "table" and parts[4:] == ["*"]:
            return f"unknown tables of {parts[3] or parts[2]}"
        return parts[depth] if depth and len(parts) > depth else urn
    if urn.startswith("arn:"):
        return urn.rpartition(":")[2].rpartition("/")[2] or urn
    if urn.count("|") >= 2:
        return urn.split("|", 2)[2] or urn
    return urn


def end(urn: str) -> str:
    """One end of a flow: `checkout GET /orders/{id}`, `topic orders`, `public.customers`, `email in url.full`."""
    kind = urn.partition("://")[0]
    if kind == "operation":
        return f"{service(urn)} {name(urn)}"
    if kind == "attribute":
        return " in ".join(urn.partition("://")[2].split("/", 1))
    return f"topic {name(urn)}" if kind == "topic" else name(urn)


def workload(urn: str) -> str:
    """`ecs service/shop/checkout`: of an ARN, service and resource, because their names repeat; else the name."""
    parts = urn.split(":", 5)
    return f"{parts[2]} {parts[5]}" if urn.startswith("arn:") and len(parts) > 5 else name(urn)


def image(urn: str) -> str:
    """`shop/orders@4e5f6a7b8c9d`: repository and the beginning of the digest."""
    named, at, digest = urn.partition("://")[2].rpartition("@")
    if not at:
        return name(urn)
    repository = named.partition("/")[2] or named
    return f"{repository}@{digest.partition(':')[2][:12]}"


def library(finding: Finding) -> str:
    """`log4j-core`: without the group or distribution, which the place of the package tells already."""
    kind = finding.identity.package.removeprefix("pkg:").partition("/")[0]
    return finding.component.rpartition("/")[2] if kind in _GROUPED else finding.component


_GROUPED = frozenset({"alpm", "apk", "deb", "maven", "rpm"})
"""Package types whose names tell enough without their namespace; in others it is a part of the name."""


def on_paths(paths: tuple[DataPath, ...]) -> str:
    """On how many paths to personal data a service is, counted as they are listed, and which classes they carry."""
    if not paths:
        return "on no known path to personal data"
    lines = {path.line: path.exposure for path in paths}
    reached = sum(exposure == "internet" for exposure in lines.values())
    classes = listed(sorted({path.identity.data_class for path in paths}))
    return f"on {counted(len(lines), 'path')} to personal data, {reached} from the internet: {classes}"


def place(path: DataPath) -> str:
    """Where the sink is: the database's name, or what is known of it."""
    if path.store:
        return name(path.store)
    kind, _, rest = path.identity.sink.partition("://")
    parts = rest.split("/", 4)
    if kind != "table" or len(parts) < 5:
        return ""
    return parts[2] or parts[3] or parts[1]


def hop(step: Hop, columns: Iterable[str] = ()) -> str:
    """`checkout reads public.customers(email, ssn)`."""
    words = step.verb.replace("_", " ")
    source = service(step.source) if step.source.startswith("operation://") else name(step.source)
    if step.target.startswith("operation://"):
        called = service(step.target)
        target = name(step.target) if called == source else f"{called} {name(step.target)}"
    else:
        # A dot after a host's or topic's name would read as part of it.
        named = step.target.startswith(("host://", "topic://"))
        target = _with_columns(name(step.target), tuple(columns), always=named)
    return f"{source} {words} {target}"


def route(paths: tuple[DataPath, ...]) -> str:
    """`GET /orders/{id} (internet) -> checkout -> orders-db public.customers(email, ssn)`."""
    path = paths[0]
    stops = [_stop(path.identity.origin)]
    for step in path.route:
        stops.extend(_stop(urn) for urn in (step.source, step.target) if urn != path.identity.sink)
    passed = [stop for at, stop in enumerate(stops) if stop and (at == 0 or stop != stops[at - 1])]
    known = path.exposure if path.tier is Tier.OBSERVED else f"{path.exposure}, {path.tier}"
    return " -> ".join((f"{name(path.identity.origin)} ({known})", *passed, _sink(paths)))


def columns(paths: Iterable[DataPath]) -> tuple[str, ...]:
    """Every column that carries one of the paths' classes, once."""
    return tuple(dict.fromkeys(column for path in paths for column in path.columns))


def totals(counts: Totals) -> str:
    """`1 new path, 1 added, 41 altered, 1 removed; 2 extents not observed`."""
    said = (
        (counts.new_paths, counted(counts.new_paths, "new path")),
        (
            counts.new_findings,
            counted(counts.new_findings, "new vulnerable library", "new vulnerable libraries"),
        ),
        (counts.new_leaks, counted(counts.new_leaks, "new leak into telemetry", "new leaks into telemetry")),
        (counts.altered_paths, counted(counts.altered_paths, "altered path")),
        (counts.gone_paths, counted(counts.gone_paths, "gone path")),
        (counts.added, f"{counts.added:,} added"),
        (counts.altered, f"{counts.altered:,} altered"),
        (counts.removed, f"{counts.removed:,} removed"),
        (counts.restated, f"{counts.restated:,} restated"),
        (counts.visible_paths, counted(counts.visible_paths, "newly visible path")),
        (counts.newly_visible, f"{counts.newly_visible:,} newly visible"),
    )
    changes = ", ".join(words for number, words in said if number) or "no changes"
    missing = f"; {counted(counts.not_observed, 'extent')} not observed" if counts.not_observed else ""
    return changes + missing


def _stop(urn: str) -> str:
    kind = urn.partition("://")[0]
    if kind in {"operation", "service"}:
        return service(urn)
    return f"{kind} {name(urn)}" if kind == "topic" else ""


def _sink(paths: tuple[DataPath, ...]) -> str:
    path = paths[0]
    target = _with_columns(name(path.identity.sink), columns(paths), always=True)
    match path.identity.direction:
        case Direction.SENDS:
            return f"sends to third party {target}"
        case Direction.PUBLISHES:
            return f"publishes to topic {target}"
        case Direction.WRITES:
            return joined(" ", "writes", place(path), target)
        case Direction.READS:
            return joined(" ", place(path), target)


def _with_columns(target: str, carried: tuple[str, ...], *, always: bool = False) -> str:
    if not carried:
        return target
    if len(carried) == 1 and not always and carried[0] != "*":
        return f"{target}.{carried[0]}"
    return f"{target}({', '.join(carried)})"
