"""Whatever a file of labels holds, it is read or refused in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from collectors.traces.classes.labels import Label, Meaning, of_columns, of_labels
from collectors.traces.classes.texts import MalformedLabels
from config.vocabulary import label_words

WORDS = (
    "findings detail classificationDetails result sensitiveData detections occurrences cells columnName records "
    "jsonPath type resourcesAffected s3Bucket name s3Object key columnDataProfiles column columnInfoType infoType "
    "tableFullResource otherMatches location contentLocations recordLocation fieldId containerName metadata "
    "dbt_schema_version nodes sources columns meta tags config models tables entity entities value typeName "
    "attributes qualifiedName classifications referredEntities table class"
)
KEYS = WORDS.split()
VALUES = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.sampled_from(
        ["", "EMAIL_ADDRESS", "gs://b/k", "mssql://h/d/s/t#c", "azure_sql_column", "a.b", "//x/y/z"]
    ),
    some.text(max_size=8),
)
DOCUMENTS = some.recursive(
    VALUES,
    lambda inner: some.one_of(
        some.lists(inner, max_size=3),
        some.dictionaries(some.sampled_from(KEYS), inner, max_size=5),
    ),
    max_leaves=40,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=DOCUMENTS, lines=some.booleans())
def test_documents(tmp_path: Path, document: Any, lines: bool) -> None:
    path = tmp_path / "labels.json"
    path.write_text("\n".join([json.dumps(document)] * 2) if lines else json.dumps(document))
    meaning = Meaning(label_words())
    for read in (of_labels, of_columns):
        labels: tuple[Label, ...] = ()
        refusal = str(path)
        try:
            labels = read(path)
        except MalformedLabels as error:
            refusal = str(error)
        assert refusal.startswith(str(path))
        for label in labels:
            meaning.of(label, path.name)
            meaning.unknown(label)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep.json", b'{"findings":' + b"[" * 900 + b"]" * 900 + b"}"),
        ("deeper.json", b'{"a":' * 100_000),
        ("deep.json", b'{"column": 1, "columnInfoType": ' + b'{"a":' * 900 + b"1" + b"}" * 901),
        ("cut.jsonl.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab"),
        ("latin.csv", b"table,column,class\nt,\xe4,x\n"),
        ("empty.csv", b""),
        ("odd.yml", b"1: {2: [3]}\nmodels: 7\n"),
        ("tags.yml", b"models: !!python/object:os.system {}\n"),
    ],
)
def test_files(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MalformedLabels, match=name):
        of_labels(path)
