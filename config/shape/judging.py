"""What an operator knows better: data classes, borders, declared operations, and what is to be passed over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from config.shape.section import Conflict, Section
from config.values import Text


class Classes(Section):
    verdicts_file: str
    labels_files: tuple[Text, ...]
    columns_files: tuple[Text, ...]
    words_files: tuple[Text, ...]


class Ignore(Section):
    type: str
    field: str
    tag: str
    environment: str
    urn: str
    reason: Text
    expires: date

    def conflicts(self) -> Iterator[Conflict]:
        if not (self.type or self.field or self.tag or self.environment or self.urn):
            yield (
                ("", "type", "field", "tag", "environment", "urn"),
                "would ignore everything: set at least one of type, field, tag, environment, urn",
            )


class OwnBorder(Section):
    name: Text
    data_from: tuple[Text, ...]
    data_to: tuple[Text, ...]
    severity: Literal["high", "medium", "low", "none"]
    exceptions: tuple[str, ...]

    def conflicts(self) -> Iterator[Conflict]:
        if not self.data_from:
            yield ("data_from",), 'is empty: name jurisdictions, countries or regions, or "*"'
        if not self.data_to:
            yield ("data_to",), 'is empty: name jurisdictions, countries or regions, or "*"'


class Declaration(Section):
    service: str
    environment: Text
    file: Text

    def conflicts(self) -> Iterator[Conflict]:
        if not self.file.endswith((".json", ".yaml", ".yml", ".proto")):
            yield ("file",), "must end in .json, .yaml or .yml (OpenAPI, Kubernetes manifests) or .proto"
        elif not self.service and self.file.endswith(".proto"):
            yield ("service",), "is needed for a .proto file: whose operations are they"
