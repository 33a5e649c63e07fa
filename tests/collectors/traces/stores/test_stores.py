"""Calls to stores without SQL, in the shapes that instrumentations write, become tables and columns."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.traces.keys import pattern
from collectors.traces.sql.statement import Statement
from collectors.traces.stores import read, told
from collectors.traces.stores.elasticsearch import index, index_of_path


def shown(statement: Statement) -> list[str]:
    return [
        " ".join((use.table or "-", use.verb, *use.columns, "|", *use.lookups)).strip()
        for use in statement.tables
    ]


MONGO = [
    # Command documents: Java, .NET.
    ('{"find": "users", "filter": {"email": "?"}, "projection": {"name": 1, "address.city": 1}, "$db": "crm"}',
     ["users reads address.city name | email"]),
    ('{"find":"users","filter":{"$and":[{"age":{"$gt":"?"}},{"country":{"$in":["?","?"]}}]},"sort":{"born":1}}',
     ["users reads * | age born country"]),
    ('{"insert": "users", "ordered": true, "documents": [{"_id": "?", "email": "?", "address": {"city": "?"}}]}',
     ["users writes _id address.city email |"]),
    ('{"update": "users", "updates": [{"q": {"_id": "?"}, "u": {"$set": {"email": "?", "address.city": "?"}}}]}',
     ["users writes address.city email | _id"]),
    ('{"delete": "sessions", "deletes": [{"q": {"user_id": "?"}, "limit": 1}]}', ["sessions writes | user_id"]),
    ('{"findAndModify": "users", "query": {"_id": "?"}, "update": {"$inc": {"visits": 1}}}',
     ["users writes visits | _id"]),
    ('{"distinct": "users", "key": "country", "query": {"active": true}}', ["users reads country | active"]),
    ('{"count": "users", "query": {"active": true}}', ["users reads | active"]),
    (('{"aggregate": "orders", "pipeline": [{"$match": {"state": "?"}}, '
      '{"$lookup": {"from": "users", "localField": '
      '"user_id", "foreignField": "_id", "as": "user"}}, '
      '{"$group": {"_id": "$user_id", "sum": {"$sum": "$total"}}}]}'),
     ["orders reads total user_id | state", "users reads * | _id"]),
    ('{"aggregate": "users", "pipeline": [{"$project": {"email": 1, "n": "$name"}}, {"$out": "mailing"}]}',
     ["mailing writes * |", "users reads email name |"]),
    # Python: the command's name before its collection, and a telling part if asked for.
    ("find users", ["users reads * |"]),
    ("insert users", ["users writes |"]),
    ("find {'email': 'ann@shop.example'}", ["- reads * | email"]),
    ("aggregate [{'$match': {'email': 'x'}}, {'$project': {'name': 1}}]", ["- reads name | email"]),
    ("insert [{'_id': ObjectId('65f0c0ffee'), 'email': 'ann@shop.example'}]", ["- writes _id email |"]),
    # Cut off.
    ('{"find": "users", "filter": {"email": "an', ["users reads * | email"]),
    ("ping {}", []),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "uses"), MONGO, ids=range(len(MONGO)))
def test_mongodb(text: str, uses: list[str]) -> None:
    assert shown(told(read(text, "mongodb"), "mongodb", "", reading=True)) == uses


@pytest.mark.parametrize(
    ("action", "uses"),
    [
        ("find", ["- reads * | email plan"]),
        ("count", ["- reads | email plan"]),
        ("insert", ["- writes email plan |"]),
        ("delete", ["- writes | email plan"]),
        ("", []),
    ],
)
def test_what_comes_without_its_command_is_read_by_the_operations_name(action: str, uses: list[str]) -> None:
    statement = read('{"email":"?","plan":"?"}', "mongodb")
    assert shown(told(statement, "mongodb", action, reading=False)) == uses


REDIS = [
    ("GET user:8731:session", ["user:{id}:session reads |"]),
    ("SET session:5f3a9c ?", ["session:{id} writes |"]),
    ("HMGET customer:17 email phone", ["customer:{id} reads email phone |"]),
    ("HSET customer:17 email ? phone ?", ["customer:{id} writes email phone |"]),
    ("HGETALL customer:17", ["customer:{id} reads * |"]),
    ("MGET cart:1 cart:2", ["cart:{id} reads |"]),
    ("MULTI\nSET user:1:profile ?\nDEL user:1:cart\nEXEC",
     ["user:{id}:cart writes |", "user:{id}:profile writes |"]),
    ("GET ?", ["- reads |"]),
    ("SET ? ?", ["- writes |"]),
    ("PING", []),
    ("EVALSHA ? ?", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "uses"), REDIS, ids=[text for text, _ in REDIS])
def test_redis(text: str, uses: list[str]) -> None:
    assert shown(read(text, "redis")) == uses


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ("user:ann:session", "user:{id}:session"),
        ("user:ann@shop.example", "user:{id}"),
        ("exports/2024/11/users.csv", "exports/{id}/{id}/users.csv"),
        ("customers/ann-lee/passport.jpg", "customers/{id}/passport.jpg"),
        ("4111111111111111", ""),
        ("ann", ""),
        ("config", "config"),
        ("a/b/c/d/e/f/g/h/i/j", "a/{id}/{id}/{id}/{id}/{id}/{id}..."),
    ],
)
def test_keys_keep_no_value(key: str, kept: str) -> None:
    assert pattern(key) == kept


SEARCH = [
    ({"query": {"bool": {"must": [{"match": {"email": "?"}}, {"range": {"born": {"gte": "?"}}}]}},
      "_source": ["name", "phone"]}, ["- reads name phone | born email"]),
    ({"query": {"multi_match": {"query": "?", "fields": ["name^2", "city"]}}}, ["- reads * | city name"]),
    ({"size": 0, "aggs": {"c": {"terms": {"field": "country.keyword"}}}}, ["- reads * | country"]),
    ({"name": "?", "address": {"city": "?"}}, ["- writes address.city name |"]),
    ({"doc": {"phone": "?"}}, ["- writes phone |"]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "uses"), SEARCH, ids=range(len(SEARCH)))
def test_elasticsearch(body: object, uses: list[str]) -> None:
    assert shown(read(json.dumps(body), "elasticsearch")) == uses


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("people", "people"),
        ("logs-2024.11.22", "logs-{date}"),
        ("logs-20241122", "logs-{date}"),
        ("audit-000012", "audit-{n}"),
        ("b,a", "a,b"),
        ("v2", "v2"),
    ],
)
def test_indices_have_no_dates(name: str, kept: str) -> None:
    assert index(name) == kept


def test_an_index_is_found_in_the_path() -> None:
    assert index_of_path("/people-2024.01.02/_search") == "people-{date}"
    assert index_of_path("/_cluster/health") == ""


def test_cypher_labels_and_properties() -> None:
    text = (
        "MATCH (p:Person {email: $email})-[:LIVES_IN]->(c:City) WHERE p.age > 18 "
        "SET p.seen = timestamp() RETURN p.name, c.name AS city"
    )
    statement = read(text, "neo4j")
    assert shown(statement) == [
        "City reads name |", "Person reads name | age email", "Person writes seen |",
    ]  # fmt: skip
    assert statement.partial


def test_partiql_is_sql() -> None:
    assert shown(read('SELECT "email" FROM "Users" WHERE "id" = \'u-1\'', "dynamodb")) == [
        "Users reads email | id"
    ]
    assert shown(read("INSERT INTO \"Users\" VALUE {'id': 'u-1', 'email': ?}", "dynamodb")) == [
        "Users writes * |"
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["mongodb", "redis", "elasticsearch", "neo4j"]),
    st.sampled_from([text for text, _ in MONGO + REDIS]),
    st.integers(0, 200),
    st.text(alphabet="{}[]()\"':,$ az?\n", max_size=12),
)
def test_any_text_is_answered(system: str, text: str, at: int, put: str) -> None:
    for changed in (text[:at] + put, text[:at] + put + text[at:], put * 500):
        assert read(changed, system) == read(changed, system)


@pytest.mark.parametrize("system", ["mongodb", "elasticsearch", "redis", "neo4j"])
def test_no_value_survives(system: str) -> None:
    for text in (
        '{"find": "users", "filter": {"email": "ann@shop.example"}}',
        '{"insert": "users", "documents": [{"email": "ann@shop.example", "note": "ann"}]}',
        "SET user:ann@shop.example 'ann@shop.example'",
        "MATCH (p:Person {email: 'ann@shop.example'}) RETURN p",
    ):
        assert "ann" not in repr(read(text, system))
