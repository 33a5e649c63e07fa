"""Defaults, example, schema and documentation all say what the model says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import get_args

import jsonschema  # type: ignore[import-untyped] # has no stubs
import pytest
from pydantic import BaseModel

from config import document
from config.defaults import defaults
from config.description import example, sections
from config.schema import schema
from config.settings import Settings, compose


def keys_of(model: type[BaseModel], name: str = "") -> Iterator[tuple[str, str]]:
    """(section, key) of each value that a model describes."""
    for key, field in model.model_fields.items():
        inner = next(iter(get_args(field.annotation)), field.annotation)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys_of(inner, f"{name}.{key}".lstrip("."))
        else:
            yield name, key


def test_every_key_of_the_model_stands_in_the_defaults_and_no_other() -> None:
    described = [(section.name, key.name) for section in sections() for key in section.keys]
    assert sorted(described) == sorted(keys_of(Settings))


def test_the_model_itself_has_no_default() -> None:
    def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
        yield model
        for field in model.model_fields.values():
            inner = next(iter(get_args(field.annotation)), field.annotation)
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from models(inner)

    assert [
        key
        for model in models(Settings)
        for key, field in model.model_fields.items()
        if not field.is_required()
    ] == []


def test_every_key_is_explained() -> None:
    assert [key.name for section in sections() for key in section.keys if len(key.words) < 10] == []


def test_the_example_changes_nothing() -> None:
    assert compose(tomllib.loads(example())) == compose({})


def test_the_example_uncommented_is_a_valid_file_with_every_key() -> None:
    values = tomllib.loads(re.sub(r"(?m)^#(?! |$)", "", example()))
    values["ignore"][0]["type"] = "aws.*"
    values["traces"]["senders"][0]["token_file"] = "shop-token"
    settings = compose(values)
    assert settings.aws.accounts[0].regions == ("eu-central-1",)
    assert values["mail"] == defaults().values["mail"]


def test_the_defaults_fit_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    assert [error.message for error in validator.iter_errors(defaults().values)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"mail": {"prot": 1}},
        {"mail": {"port": 0}},
        {"schedule": {"collect_every": "soon"}},
        {"logging": {"level": "loud"}},
        {"aws": {"accounts": [{}]}},
        {"unknown": {}},
    ],
)
def test_the_schema_refuses_what_the_program_refuses(wrong: dict[str, object]) -> None:
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(wrong))


def test_the_schema_carries_words_and_defaults_for_editors() -> None:
    port = schema()["$defs"]["Mail"]["properties"]["port"]
    assert port["default"] == 587
    assert port["description"] == 'Its port: 587 for "starttls", 465 for "tls".'


def test_the_documentation_is_what_the_model_says() -> None:
    assert document.PATH.read_text(encoding="utf-8") == document.document(), "run python -m config.document"
    assert document.main(["--check"]) == 0
