"""Renders what services lack: what of it concerns which service, and once for each language what adds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from daemon.report import wording
from daemon.report.lines import Line, Note, Section, Tone
from daemon.report.remedies import remedy, upgrade
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.lacking import Age, Convention, Lack, ServiceLacks

_MEANING = {
    Lack.STATEMENTS: "database calls without their text: no tables and columns, so no data classes",
    Lack.SERVER_SPANS: "requests are led to it, and no span shows what it answers: no operation, no entry",
    Lack.CLIENT_SPANS: "operations without any call of their own: paths end there; right for what calls nobody",
    Lack.PEER_ADDRESS: "calls of databases or MCP tools without an address: the inventory cannot tell who that is",
    Lack.SAMPLED: "only some traces are sent: rare flows are seen late",
    Lack.RESOURCE: "nothing says what it runs on: no region, no workload, no exposure by a load balancer",
    Lack.ENVIRONMENT: "no environment: all of them are counted as one",
    Lack.NAMESPACE: "others here have a namespace: one of equal name would be taken for the same service",
    Lack.NAME: "no name: all of them are counted as one service",
}


_AGES = {
    Age.OLD: "Old attribute names: nothing is lost here, other readers may stop to know them",
    Age.BOTH: "Old and new attribute names at once: nothing is lost here, spans are larger than they need be",
    Age.MIXED: "Some spans with old attribute names, some with new: nothing is lost here, other readers see a part",
}


_SILENT = "Running workloads without spans: no path through them is seen"
_TELLS = (
    "instrument them: `driftline otel-config` says where spans go; if they send some, let the resource attributes "
    "name what they run on"
)


def render_lacking(
    found: Sequence[ServiceLacks],
    *,
    width: int = WIDTH,
    colour: bool = False,
    silent: Iterable[tuple[str, str]] = (),
) -> str:
    """What is lacking, the services that lack it, and the setting that adds it.

    `silent`: type and name of workloads that run without spans.
    """
    paint = painter(colour)
    rows: list[str] = []
    by_type: dict[str, list[str]] = defaultdict(list)
    for type, name in sorted(silent):
        by_type[type].append(name)
    if by_type:
        without = tuple(Line("?", ", ".join(each), columns=(type,)) for type, each in by_type.items())
        rows += section_lines(
            Section(_SILENT, without, Tone.WARNING, (Note(_TELLS, "what helps"),)), width, paint
        )
    for lack in Lack:
        lines = _lines(lack, [each for each in found if lack in each.lacks])
        if lines:
            title = f"Without {lack}" if lack is not Lack.SAMPLED else "Sampled"
            rows += section_lines(Section(f"{title}: {_MEANING[lack]}", lines, Tone.WARNING), width, paint)
    for age in Age:
        lines = _ages(age, found)
        if lines:
            rows += section_lines(Section(_AGES[age], lines, Tone.QUIET), width, paint)
    complete = [each for each in found if not each.lacks]
    if complete:
        names = wording.listed(f"{each.name.removeprefix('/')} ({each.environment})" for each in complete)
        rows += section_lines(Section("Nothing is lacking", (Line("*", names),), Tone.QUIET), width, paint)
    total = wording.counted(len(found), "service") + f" heard, {len(complete)} of them without a lack"
    rows += [
        paint("bold", row) for row in flow("", (total if found else "no service was heard yet",), width, 2)
    ]
    return "\n".join(rows) + "\n"


def _lines(lack: Lack, lacking: Sequence[ServiceLacks]) -> tuple[Line, ...]:
    by_language: dict[str, list[ServiceLacks]] = defaultdict(list)
    for each in lacking:
        by_language[each.language].append(each)
    return tuple(
        Line(
            "?",
            wording.listed(_named(lack, each) for each in of),
            columns=(language or "any language",),
            notes=((Note(remedy(lack, language), "what helps"),),),
        )
        for language, of in sorted(by_language.items())
    )


def _ages(age: Age, found: Sequence[ServiceLacks]) -> tuple[Line, ...]:
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in found:
        for convention in each.conventions:
            if convention.age is age:
                name = f"{each.name.removeprefix('/')} ({each.environment})"
                grouped[convention.family, each.language].append(name)
    return tuple(
        Line(
            "*",
            wording.listed(names),
            columns=(family, language or "any language"),
            notes=((Note(upgrade(Convention(family, age), language), "to change it"),),),
        )
        for (family, language), names in sorted(grouped.items())
    )


def _named(lack: Lack, each: ServiceLacks) -> str:
    rate = f", 1 in {each.sampled}" if lack is Lack.SAMPLED else ""
    return f"{each.name.removeprefix('/')} ({each.environment}{rate})"
