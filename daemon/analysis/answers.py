"""Decides whether the origin of a path returns what is read, may return it, or only reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collectors.model import Json
from daemon.analysis.classes import Classifier, Held, Verdict
from daemon.analysis.declared import operations
from daemon.values.graph import Graph
from daemon.values.path import Answer, Direction, PathIdentity
from daemon.values.told import NOTHING, Column, Told

Found = tuple[Answer, str]
"""What is known of an answer, and the sentence for it."""

_UNKNOWN = "nothing is known of the fields of its answer"
_LEFT_OUT = "its declared answer has no field of this kind"
_NOBODY = "it answers nobody"
_SERVER = "server"


@dataclass(frozen=True, slots=True)
class Answers:
    """The fields that seen operations are declared to answer with: name and verdict, by the operation's urn.

    `asked`: the same of what they were asked for. `kinds`: what each operation is: server, consumer, job.
    """

    fields: Mapping[str, tuple[tuple[str, Verdict], ...]]
    kinds: Mapping[str, str]
    asked: Mapping[str, tuple[tuple[str, Verdict], ...]]

    def of(self, path: PathIdentity) -> Found:
        """Whether the origin returns what the path reads. A declared answer without a field of the class is
        evidence, too; where the operation is not known, nothing is. What was asked for proves nothing of the rest."""
        if path.direction is not Direction.READS:
            return Answer.NOT_ASKED, ""
        if path.origin.startswith("operation://") and self.kinds.get(path.origin, _SERVER) != _SERVER:
            return Answer.READS, _NOBODY
        for name, verdict in self.asked.get(path.origin, ()):
            if _speaks_of(verdict.data_class, path.data_class):
                return Answer.RETURNS, f"it was asked for the field {name}: {verdict.reason}"
        declared = self.fields.get(path.origin)
        if declared is None:
            return Answer.MAY_RETURN, _UNKNOWN
        for name, verdict in declared:
            if _speaks_of(verdict.data_class, path.data_class):
                return Answer.RETURNS, f"declared field {name}: {verdict.reason}"
        return Answer.READS, _LEFT_OUT


def answers(graph: Graph, classifier: Classifier, told: Told = NOTHING) -> Answers:
    """What is declared of the answers of every operation that was seen. Verdicts and labels hold for fields too."""
    kinds = {
        urn: str(resource.attributes.get("kind") or _SERVER)
        for urn, resource in graph.resources.items()
        if urn.startswith("operation://")
    }
    stated = any(resource.attributes.get("returns") for resource in graph.resources.values())
    sheets = operations(graph) if stated else ()
    return Answers(
        {
            sheet.seen: tuple(_classified(sheet.returns, sheet.declared[:1], classifier, told))
            for sheet in sheets
            if sheet.seen and sheet.returns
        },
        kinds,
        {
            relation.source: tuple(
                _classified(_texts(relation.attributes.get("columns")), (), classifier, told)
            )
            for relation in graph.relations
            if relation.verb == "returns" and relation.source in kinds
        },
    )


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _classified(
    fields: Sequence[str], declared: Sequence[str], classifier: Classifier, told: Told
) -> list[tuple[str, Verdict]]:
    """The fields that carry a class, judged as columns of what they are fields of, sorted."""
    above: dict[str, list[str]] = defaultdict(list)
    for name in fields:
        parent, _, last = name.rpartition(".")
        above[parent].append(last)
    store = declared[0] if declared else ""
    found: dict[str, Verdict] = {}
    for parent, names in above.items():
        table = parent.rpartition(".")[2]
        guessed = classifier(table, names, siblings=names)
        for name in names:
            said = told.ruling(Column(store, "", table, name))
            verdict: Verdict | None = guessed.get(name)
            if said is not None:
                reason = f'field "{name}": {said.reason}'
                verdict = Held(said.data_class, said.tier, 1.0, reason) if said.data_class else None
            if verdict is not None:
                found[f"{parent}.{name}".removeprefix(".")] = verdict
    return sorted(found.items())


def _speaks_of(field: str, data_class: str) -> bool:
    """Whether a field of one class holds another: the same, or a narrower one, as a name holds a first name."""
    return data_class == field or data_class.startswith(f"{field}.")
