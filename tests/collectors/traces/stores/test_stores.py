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
    # Several collections.
    (('{"aggregate": "trips", "pipeline": [{"$match": {"state": "?"}}, {"$graphLookup": {"from": "staff", '
      '"startWith": "$driver", "connectFromField": "boss", "connectToField": "name", "as": "chain"}}, '
      '{"$merge": {"into": {"db": "rep", "coll": "figures"}, "on": "_id"}}]}'),
     ["figures writes * |", "staff reads * | boss name", "trips reads * | driver state"]),
    (('{"aggregate": "trips", "pipeline": [{"$unionWith": {"coll": "trips_before", "pipeline": '
      '[{"$project": {"plate": 1}}]}}, {"$facet": {"a": [{"$group": {"_id": "$town"}}]}}, '
      '{"$out": {"db": "rep", "coll": "towns"}}]}'),
     ["towns writes * |", "trips reads town |", "trips_before reads plate |"]),
    ('{"aggregate": "a", "pipeline": [{"$unionWith": "b"}]}', ["a reads * |", "b reads * |"]),
    (('{"bulkWrite": 1, "ops": [{"insert": 0, "document": {"mail": "?"}}, {"update": 0, "filter": {"id": "?"}, '
      '"updateMods": {"$set": {"tier": 1}}}], "nsInfo": [{"ns": "crm.users"}]}'),
     ["users writes mail tier | id"]),
    ('{"bulkWrite": 1, "ops": [{"insert": 0, "document": {"mail": "?"}}], "nsInfo": [{"ns": "c.a"}, {"ns": "c.b"}]}',
     ["a writes |", "b writes |"]),
    ('{"update": "users", "updates": [{"q": {"_id": "?"}, "u": [{"$set": {"full": {"$max": ["$given", "$sur"]}}}]}]}',
     ["users reads given sur |", "users writes full | _id"]),
    ('{"getMore": 7, "collection": "users"}', ["users reads |"]),
    ('{"explain": {"find": "users", "filter": {"email": "?"}}}', ["users reads | email"]),
    ('explain {"find": "users"}', []),
    ('{"explain":' * 2000, []),
    ('{"createIndexes": "users", "indexes": [{"key": {"email": 1}}]}', []),
    # As a shell prints it.
    ('db.users.find({"email": "?"}, {"name": 1})', ["users reads name | email"]),
    ('users.updateOne({"_id": "?"}, {"$set": {"tier": 2}})', ["users writes tier | _id"]),
    ('users.aggregate([{"$group": {"_id": "$town"}}])', ["users reads town |"]),
    ('users.insertMany([{"email": "?"}])', ["users writes email |"]),
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
    ("SET {user:42}:session ? EX 100", ["user:{id}:session writes |"]),
    ("EVALSHA abc 2 cart:1 stock:7 x", ["cart:{id} writes |", "stock:{id} writes |"]),
    ("FCALL_RO total 1 cart:1 x", ["cart:{id} reads |"]),
    ("XADD orders:stream MAXLEN ~ 1000 * sku ? mail ?", ["orders:stream writes mail sku |"]),
    ("XREADGROUP GROUP g c COUNT 10 STREAMS orders:stream queue:in > >",
     ["orders:stream reads |", "queue:in reads |"]),
    ("ZUNIONSTORE top:all 2 top:day top:week", ["top:all writes |", "top:day reads |", "top:week reads |"]),
    ("SINTERSTORE tags:all tags:77 tags:list", ["tags:all writes |", "tags:list reads |", "tags:{id} reads |"]),
    ("SINTERCARD 2 tags:all tags:list LIMIT 3", ["tags:all reads |", "tags:list reads |"]),
    ("COPY cart:1 archive:1", ["archive:{id} writes |", "cart:{id} reads |"]),
    ("BLPOP jobs:in jobs:pending 5", ["jobs:in writes |", "jobs:pending writes |"]),
    ("BITOP AND day:all day:1 day:2", ["day:all writes |"]),
    ("SORT users:ids BY users:*->name STORE users:list", ["users:ids reads |", "users:list writes |"]),
    ("SUBSCRIBE news", []),
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


NAMED = [
    (('{"index": "people"}\n{"query": {"match": {"mail": "?"}}, "_source": ["name"]}\n'
      '{"index": ["logs-2026.01.01"]}\n{"query": {"term": {"host": "?"}}}'),
     ["logs-{date} reads * | host", "people reads name | mail"]),
    (('{"index": {"_index": "people", "_id": "1"}}\n{"mail": "?", "name": "?"}\n{"delete": {"_index": "gone"}}\n'
      '{"update": {"_index": "people"}}\n{"doc": {"tier": 1}}\n'),
     ["gone writes |", "people writes mail name tier |"]),
    ('{"query": "SELECT mail FROM \\"people-2026.01.02\\" WHERE tier = 3", "fetch_size": 10}',
     ["people-{date} reads mail | tier"]),
    ('{"query": "FROM people, staff | WHERE tier == 3 | KEEP mail, name"}',
     ["people reads mail name | tier", "staff reads mail name | tier"]),
    ('{"source": {"index": "people", "query": {"term": {"tier": 1}}, "_source": ["mail"]}, "dest": {"index": "vip"}}',
     ["people reads mail | tier", "vip writes * |"]),
    ('{"actions": [{"add": {"index": "people-1", "alias": "people"}}]}', []),
    ('{"knn": {"field": "face", "query_vector": [1, 2], "k": 3}, "fields": ["name"], "collapse": {"field": "town"}}',
     ["- reads name | face town"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "uses"), NAMED, ids=range(len(NAMED)))
def test_elasticsearch_names_its_indices_in_the_body(text: str, uses: list[str]) -> None:
    assert shown(read(text, "elasticsearch")) == uses


def test_an_operation_that_asks_only_reads() -> None:
    statement = read('{"query": {"term": {"tier": 1}}}', "elasticsearch")
    assert shown(told(statement, "elasticsearch", "async_search.submit", reading=False)) == [
        "- reads * | tier"
    ]
    assert shown(told(statement, "elasticsearch", "delete_by_query", reading=False)) == ["- writes * | tier"]


def test_of_two_indices_each_keeps_its_verb() -> None:
    statement = read('{"source": {"index": "people"}, "dest": {"index": "vips"}}', "elasticsearch")
    assert told(statement, "elasticsearch", "reindex", reading=False) == statement


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


CYPHER = [
    ("MATCH (p:Person {id: $id}) SET p += $more RETURN p {.name, .mail, town: 1}",
     ["Person reads mail name | id", "Person writes * |"]),
    ("CREATE (p:Person $all)", ["Person writes * |"]),
    ("MATCH (p:Person) WHERE p.id = 1 DETACH DELETE p", ["Person reads | id", "Person writes |"]),
    ("MATCH (p:Person:Member)-[:IN]->(t:Town) RETURN collect(p), count(t)", ["Person reads * |", "Town reads |"]),
    ("CALL db.index.fulltext.queryNodes('people', $q) YIELD node RETURN node.name", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "uses"), CYPHER, ids=range(len(CYPHER)))
def test_whole_nodes_of_cypher(text: str, uses: list[str]) -> None:
    assert shown(read(text, "neo4j")) == uses


COSMOS = [
    ('SELECT VALUE c.email FROM c JOIN a IN c.addresses WHERE a.city = @c AND c["state"] = 3',
     ["- reads email | addresses state"]),
    ("SELECT TOP 10 * FROM root r WHERE r.type = 'x' ORDER BY r._ts DESC", ["- reads * | _ts type"]),
    ("SELECT c.id, c.name FROM Families c WHERE EXISTS (SELECT VALUE t FROM t IN c.tags WHERE t = 'a')", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "uses"), COSMOS, ids=range(len(COSMOS)))
def test_cosmos_reads_the_container_that_the_span_names(text: str, uses: list[str] | None) -> None:
    statement = read(text, "cosmosdb")
    assert {use.table for use in statement.tables} == {""}
    assert uses is None or shown(statement) == uses


@pytest.mark.parametrize(
    "text",
    [
        'from(bucket: "x") |> range(start: -1h) |> filter(fn: (r) => r._measurement == "cpu")',
        "Customers | where Id == 3 | project Email",
    ],
)
def test_languages_of_pipes_are_no_sql(text: str) -> None:
    assert read(text, "") == Statement()


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
