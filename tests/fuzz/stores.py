"""Hostile texts for the readers of stores without SQL: every text has an answer, the same twice."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from collectors.traces.stores import read

_SYSTEMS = ("mongodb", "redis", "elasticsearch", "neo4j", "cosmosdb", "dynamodb", "couchbase")
_TEXTS = (
    '{"find": "users", "filter": {"$and": [{"age": {"$gt": "?"}}]}, "projection": {"name": 1}}',
    '{"aggregate": "o", "pipeline": [{"$lookup": {"from": "u", "as": "p"}}, {"$group": {"_id": "$a.b"}}]}',
    "insert [{'_id': ObjectId('65f0'), 'a': {'b': [1, 2]}}]",
    "HMGET customer:17 email phone\nSET a:b:c 'x y'\nMGET a:1 b:2",
    '{"query": {"bool": {"must": {"match": {"a": "?"}}}}, "_source": ["b"], "aggs": {"c": {"sum": {"field": "d"}}}}',
    '{"index": {"_index": "people"}}\n{"mail": "x"}\n{"delete": {"_index": "old"}}',
    '{"query": "SELECT a FROM people WHERE b = 3"}',
    "db.users.aggregate([{'$facet': {'x': [{'$unionWith': 'b'}]}}, {'$merge': {'into': {'coll': 'c'}}}])",
    '{"bulkWrite": 1, "ops": [{"insert": 0, "document": {"a": 1}}], "nsInfo": [{"ns": "c.users"}]}',
    "ZUNIONSTORE a:b 2 c:d e:f\nXADD s:t * a 1\nXREAD STREAMS s:t 0\nEVAL x 1 k:v",
    "SELECT VALUE c.a FROM c JOIN x IN c.b WHERE x.y = 1",
    "MATCH (p:Person {email: $e})-[:KNOWS]->(q) WHERE p.age > 1 SET q.x = 'y' RETURN p.name, q",
)
_SIGNS = (*"{}[]()\"':,$.\\ \n\x00é\ud800", "{'a':", '["', "$match", "ObjectId(")


def texts(random: Random) -> Iterator[tuple[str, str]]:
    """(system, text) without end."""
    while True:
        text = random.choice(_TEXTS)
        for _ in range(random.randint(1, 5)):
            at = random.randint(0, len(text))
            put = random.choice(_SIGNS) * random.choice((1, 1, 2, 40, 4000))
            text = text[:at] + put + text[at + random.randint(0, 10) :]
        yield random.choice(_SYSTEMS), text


def check(system: str, text: str) -> None:
    """Raises AssertionError, or whatever the reader raises."""
    statement = read(text, system)
    assert read(text, system) == statement
    for use in statement.tables:
        assert not set(use.columns) & set(use.lookups)
