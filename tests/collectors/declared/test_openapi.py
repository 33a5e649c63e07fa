"""What OpenAPI documents declare, and what is said of those that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collectors.declared.collector import read
from collectors.declared.declaration import DeclarationError
from collectors.declared.openapi import operations

SHOP = """\
openapi: 3.1.0
info: {title: Shop, version: 2026-11-22}
servers:
  - url: https://{region}.shop.example/v1/
    variables: {region: {default: eu}}
paths:
  x-note: not a path
  /orders/{id}:
    parameters: []
    get:
      responses:
        '200':
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Order'}
        '404': {content: {application/json: {schema: {properties: {problem: {}}}}}}
    delete: {responses: {}}
  /customers:
    get:
      responses:
        2XX: {$ref: '#/components/responses/Customers'}
components:
  responses:
    Customers:
      content:
        application/json:
          schema: {type: array, items: {$ref: '#/components/schemas/Customer'}}
  schemas:
    Order:
      allOf:
        - properties: {total: {type: number}}
        - properties: {customer: {$ref: '#/components/schemas/Customer'}}
    Customer:
      properties:
        email: {type: string}
        password: {type: string, writeOnly: true}
        friends: {type: array, items: {$ref: '#/components/schemas/Customer'}}
"""


def test_operations_have_methods_paths_bases_and_the_fields_of_good_answers() -> None:
    assert [(each.name, each.base, each.returns, each.place) for each in operations("shop.yaml", SHOP)] == [
        ("DELETE /orders/{id}", "/v1", (), "#/paths/~1orders~1{id}/delete"),
        ("GET /customers", "/v1", ("email", "friends"), "#/paths/~1customers/get"),
        (
            "GET /orders/{id}",
            "/v1",
            ("customer.email", "customer.friends", "total"),
            "#/paths/~1orders~1{id}/get",
        ),
    ]


def test_the_second_version_is_read_too() -> None:
    document = {
        "swagger": "2.0",
        "basePath": "/api",
        "paths": {"/users": {"get": {"responses": {"200": {"schema": {"$ref": "#/definitions/User"}}}}}},
        "definitions": {"User": {"properties": {"phone": {}}}},
    }
    (found,) = operations("shop.json", json.dumps(document))
    assert (found.name, found.base, found.returns) == ("GET /users", "/api", ("phone",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", '#" is no OpenAPI'.replace('"', "")),
        ("{", "shop.yaml:1: is not JSON: Expecting property name"),
        ('{"a": 1,\n "b" 2}', "shop.yaml:2: is not JSON: Expecting ':' delimiter"),
        ("openapi: 3.0.0\npaths: [a\n", "shop.yaml:3: is not YAML"),
        ("openapi: 3.0.0\npaths:\n  - a\n", "shop.yaml:3: #/paths is not a mapping of paths"),
        ("openapi: 3.0.0\npaths:\n  orders: {}\n", "shop.yaml:3: #/paths/orders is no path"),
        ("openapi: 3.0.0\npaths:\n  /a:\n    get: 1\n", "shop.yaml:4: #/paths/~1a/get is not an operation"),
        ("openapi: 3.0.0\npaths:\n  /a: 1\n", "shop.yaml:3: #/paths/~1a is not a mapping of methods"),
        ("[" * 100_000, "nested too deeply"),
        ("a: &a [x]\n!!python/object:os.system {}", "is not YAML"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_pointer(text: str, said: str) -> None:
    with pytest.raises(DeclarationError) as error:
        operations("shop.yaml", text)
    assert said in str(error.value)


def test_references_that_lead_nowhere_in_a_circle_or_elsewhere_end() -> None:
    schemas = {
        "A": {"$ref": "#/schemas/B"},
        "B": {"$ref": "#/schemas/A"},
        "C": {"properties": {"c": {"$ref": "other.yaml#/C"}, "d": {"$ref": "#/nothing"}}},
    }
    paths = {f"/{name}": _answering(f"#/schemas/{name}") for name in schemas}
    found = operations("a.json", json.dumps({"openapi": "3.0.0", "paths": paths, "schemas": schemas}))
    assert [each.returns for each in found] == [(), (), ("c", "d")]


def test_a_document_that_unfolds_without_end_is_bounded() -> None:
    schemas = {
        f"S{n}": {"properties": {f"f{m}": {"$ref": f"#/schemas/S{n + 1}"} for m in range(10)}}
        for n in range(10)
    }
    document = {"openapi": "3.0.0", "paths": {"/a": _answering("#/schemas/S0")}, "schemas": schemas}
    (found,) = operations("a.json", json.dumps(document))
    assert len(found.returns) <= 2_000


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"missing\.yaml: cannot be read: No such file"):
        read(str(tmp_path / "missing.yaml"))
    (tmp_path / "latin.yaml").write_bytes(b"openapi: \xff")
    with pytest.raises(DeclarationError, match=r"latin\.yaml: is not UTF-8"):
        read(str(tmp_path / "latin.yaml"))


def _answering(reference: str) -> dict[str, object]:
    return {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": reference}}}}}}}
