"""Amazon Macie's findings, as `get-findings` gives them and as EventBridge carries them, and discovery results.

https://docs.aws.amazon.com/macie/latest/user/findings-locate-sd-schema.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collectors.traces.classes.labels.label import Label, Tally, mapping, named, of_path, several, text

BY = "Amazon Macie"


def is_macie(document: Mapping[str, object]) -> bool:
    """Whether a document is one finding, an event with one, an answer with several, or a discovery result."""
    none = document.get("findings") == []
    return none or any(_is_finding(each) for each in _findings(document))


def read(documents: Iterable[Mapping[str, object]]) -> Iterable[Label]:
    """The labels of all documents; columns of one object are counted together."""
    tally = Tally(BY)
    for document in documents:
        for finding in _findings(document):
            _count(finding, tally)
    return tally.labels()


def _findings(document: Mapping[str, object]) -> list[Mapping[str, object]]:
    if isinstance(document.get("findings"), list):
        return several(document["findings"])
    return [mapping(document.get("detail"))] if "detail" in document else [document]


def _is_finding(value: Mapping[str, object]) -> bool:
    return "classificationDetails" in value or str(value.get("type", "")).startswith(
        ("SensitiveData:", "Policy:IAMUser/S3")
    )


def _count(finding: Mapping[str, object], tally: Tally) -> None:
    place = mapping(finding.get("resourcesAffected"))
    bucket = text(mapping(place.get("s3Bucket")).get("name"))
    key = text(mapping(place.get("s3Object")).get("key"))
    result = mapping(mapping(finding.get("classificationDetails")).get("result"))
    groups = [*several(result.get("sensitiveData")), mapping(result.get("customDataIdentifiers"))]
    for detection in (each for group in groups for each in several(group.get("detections"))):
        found = text(detection.get("type")) or text(detection.get("name"))
        where = mapping(detection.get("occurrences"))
        columns = [named(cell.get("columnName")) for cell in several(where.get("cells"))]
        columns += [of_path(record.get("jsonPath")) for record in several(where.get("records"))]
        for column in columns:
            tally.add(key, column, found, bucket=bucket)
