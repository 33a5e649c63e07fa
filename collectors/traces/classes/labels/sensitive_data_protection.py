"""Google's Sensitive Data Protection: profiles of columns, and findings of inspections, by the API or from BigQuery.

The API writes `columnInfoType`, its exports to BigQuery `column_info_type`: names are compared without signs.
https://cloud.google.com/sensitive-data-protection/docs/reference/rest/v2/organizations.locations.columnDataProfiles
https://cloud.google.com/sensitive-data-protection/docs/reference/rest/v2/InspectResult
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collectors.traces.classes.labels.label import Label, Tally, mapping, of_path, several, text
from config.vocabulary import label_word

BY = "Sensitive Data Protection"

_PROFILE = frozenset({"columninfotype", "tablefullresource"})
_UNLIKELY = frozenset({"VERY_UNLIKELY", "UNLIKELY"})


def is_profile_or_finding(document: Mapping[str, object]) -> bool:
    """Whether a document is a profile of a column or a finding, or an answer with several of them."""
    return any(True for _ in _parts(_folded(document)))


def read(documents: Iterable[Mapping[str, object]]) -> Iterable[Label]:
    """The labels of all documents; findings in one column are counted together."""
    tally = Tally(BY)
    for document in documents:
        for part in _parts(_folded(document)):
            if "infotype" in part:
                _count_finding(part, tally)
            else:
                _count_profile(part, tally)
    return tally.labels()


def _folded(value: Mapping[str, object]) -> dict[str, object]:
    """The document with its names in one form."""
    return {label_word(str(key)): _each_folded(each) for key, each in value.items()}


def _each_folded(value: object) -> object:
    if isinstance(value, dict):
        return _folded(value)
    return [_each_folded(each) for each in value] if isinstance(value, list) else value


def _parts(document: Mapping[str, object]) -> Iterable[Mapping[str, object]]:
    is_finding = "infotype" in document and "location" in document
    if is_finding or ("column" in document and not _PROFILE.isdisjoint(document)):
        yield document
    for name in ("columndataprofiles", "findings"):
        for each in several(document.get(name)):
            yield from _parts(each)
    for name in ("columnprofile", "columndataprofile", "result", "inspectresult"):
        if name in document:
            yield from _parts(mapping(document[name]))


def _count_profile(profile: Mapping[str, object], tally: Tally) -> None:
    """One kind where the column is of one, else the kind that most of its values are of."""
    found = _info_type(mapping(profile.get("columninfotype")))
    if not found:
        others = several(profile.get("othermatches"))
        likeliest = max(others, key=_prevalence, default=None)
        found = _info_type(likeliest) if likeliest is not None else ""
    project, dataset = text(profile.get("datasetprojectid")), text(profile.get("datasetid"))
    schema, table = ".".join(filter(None, (project, dataset))), text(profile.get("tableid"))
    if (
        not dataset
    ):  # of Cloud SQL: //sqladmin.googleapis.com/projects/P/instances/I/databases/D/schemas/S/tables/T
        named = _pairs(text(profile.get("tablefullresource")))
        schema = ".".join(filter(None, (named.get("databases"), named.get("schemas"))))
        table = table or named.get("tables", "")
    tally.add(table, of_path(profile.get("column")), found, schema=schema)


def _pairs(name: str) -> dict[str, str]:
    parts = name.removeprefix("//").split("/")[1:]
    return dict(zip(parts[::2], parts[1::2], strict=False))


def _prevalence(match: Mapping[str, object]) -> int:
    value = str(match.get("estimatedprevalence") or 0)
    return int(value) if value.isdecimal() else 0


def _info_type(summary: Mapping[str, object]) -> str:
    kind = summary.get("infotype")
    return text(mapping(kind).get("name")) or text(kind)


def _count_finding(finding: Mapping[str, object], tally: Tally) -> None:
    if finding.get("likelihood") in _UNLIKELY:
        return
    location = mapping(finding.get("location"))
    container = mapping(location.get("container"))
    for each in several(location.get("contentlocations")):
        record = mapping(each.get("recordlocation"))
        column = of_path(mapping(record.get("fieldid")).get("name"))
        key = mapping(mapping(mapping(record.get("recordkey")).get("bigquerykey")).get("tablereference"))
        schema = ".".join(filter(None, (text(key.get("projectid")), text(key.get("datasetid")))))
        table, bucket = text(key.get("tableid")), ""
        name = text(each.get("containername")) or text(container.get("fullpath"))
        if not table and name.startswith("gs://"):
            bucket, _, table = name.removeprefix("gs://").partition("/")
        elif not table:  # project:dataset.table
            schema, _, table = name.replace(":", ".").rpartition(".")
        tally.add(table, column, _info_type(finding), schema=schema, bucket=bucket)
