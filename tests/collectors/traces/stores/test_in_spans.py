"""What spans of calls to stores without SQL say, in the attributes that instrumentations set, old and new."""

from __future__ import annotations

import pytest

from tests.support.traces import Value, answer, lines, proto_span, read, resource_spans

CLOUD: dict[str, Value] = {
    "deployment.environment.name": "prod",
    "cloud.account.id": "111122223333",
    "cloud.region": "eu-central-1",
}

CASES: list[tuple[str, dict[str, Value], list[str]]] = [
    (
        "pymongo, a command with its filter",
        {"db.system": "mongodb", "db.name": "crm", "db.statement": "find {'email': 'ann@shop.example'}",
         "db.mongodb.collection": "people", "net.peer.name": "m.internal", "net.peer.port": 27017},
        ["s/a reads table://environment:prod/mongodb/m.internal:27017/crm/people columns=*"],
    ),
    (
        "Node.js, a document without its command",
        {"db.system": "mongodb", "db.name": "crm", "db.operation": "insert", "db.mongodb.collection": "people",
         "db.statement": '{"_id":"?","email":"?"}', "net.peer.name": "m.internal"},
        ["s/a writes table://environment:prod/mongodb/m.internal:27017/crm/people columns=_id,email"],
    ),
    (
        "Java, a command document with a join",
        {"db.system.name": "mongodb", "db.namespace": "crm", "server.address": "m.internal",
         "db.query.text": '{"aggregate": "orders", "pipeline": [{"$lookup": {"from": "people", "localField": "who", '
                          '"foreignField": "_id", "as": "p"}}, {"$project": {"total": 1}}]}'},
        ["s/a reads table://environment:prod/mongodb/m.internal:27017/crm/orders columns=total",
         "s/a reads table://environment:prod/mongodb/m.internal:27017/crm/people columns=*"],
    ),
    (
        "Cosmos DB, the container by its alias",
        {"db.system.name": "azure.cosmosdb", "db.namespace": "crm", "db.collection.name": "people",
         "db.query.text": "SELECT c.email FROM c WHERE c.id = @id", "server.address": "acme.documents.azure.com"},
        ["s/a reads table://public/cosmosdb/acme.documents.azure.com/crm/people columns=email"],
    ),
    (
        "Elasticsearch, several searches",
        {"db.system.name": "elasticsearch", "db.operation.name": "msearch", "server.address": "es.internal",
         "db.query.text": '{"index": "people"}\n{"query": {"match": {"mail": "?"}}, "_source": ["name"]}\n'},
        ["s/a reads table://environment:prod/elasticsearch/es.internal:9200//people columns=name"],
    ),
    (
        "no statement",
        {"db.system.name": "mongodb", "db.namespace": "crm", "db.collection.name": "people",
         "db.operation.name": "find", "server.address": "m.internal"},
        ["s/a reads table://environment:prod/mongodb/m.internal:27017/crm/people"],
    ),
    (
        "redis, fields of a hash",
        {"db.system": "redis", "db.statement": "HMGET customer:17 email phone", "net.peer.name": "cache"},
        ["s/a reads table://environment:prod/redis/cache:6379//customer:{id} columns=email,phone"],
    ),
    (
        "redis, sanitised",
        {"db.system": "redis", "db.statement": "GET ?", "db.redis.database_index": 0, "net.peer.name": "cache"},
        ["s/a reads table://environment:prod/redis/cache:6379/0/*"],
    ),
    (
        "elasticsearch, body and path",
        {"db.system": "elasticsearch", "db.operation": "search", "elasticsearch.target": "people-2024.11.22",
         "db.statement": '{"query":{"term":{"email":"?"}},"_source":["name"]}', "net.peer.name": "es"},
        ["s/a reads table://environment:prod/elasticsearch/es:9200//people-{date} columns=name"],
    ),
    (
        "elasticsearch, the path alone",
        {"db.system.name": "elasticsearch", "db.operation.name": "search", "url.full": "https://es:9200/people/_search"},
        ["s/a reads table://environment:prod/elasticsearch/es:9200//people"],
    ),
    (
        "DynamoDB, a projection",
        {"rpc.system": "aws-api", "rpc.service": "DynamoDB", "rpc.method": "Query",
         "aws.dynamodb.table_names": ["people"], "aws.dynamodb.projection": "email, #n, address.city"},
        ["s/a reads table://aws:111122223333:eu-central-1/dynamodb///people columns=address.city,email"],
    ),
    (
        "DynamoDB, PartiQL",
        {"db.system": "dynamodb", "db.operation": "ExecuteStatement",
         "db.statement": 'SELECT "email" FROM "people" WHERE "id" = ?'},
        ["s/a reads table://aws:111122223333:eu-central-1/dynamodb///people columns=email"],
    ),
    (
        "S3, a key",
        {"rpc.system": "aws-api", "rpc.service": "S3", "rpc.method": "GetObject", "aws.s3.bucket": "kyc",
         "aws.s3.key": "customers/ann-lee/passport.jpg"},
        ["s/a reads table://public/s3///kyc columns=customers/{id}/passport.jpg"],
    ),
    (
        "Google Cloud Storage",
        {"gsutil.uri": "gs://kyc/customers/17/passport.jpg"},
        ["s/a writes table://public/gcs///kyc columns=customers/{id}/passport.jpg"],
    ),
    (
        "Neo4j",
        {"db.system": "neo4j", "db.statement": "MATCH (p:Person {id: $id}) RETURN p.email", "net.peer.name": "g"},
        ["s/a reads table://environment:prod/neo4j/g//Person columns=email"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("attributes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_stores_are_read(attributes: dict[str, Value], expected: list[str]) -> None:
    spans = [proto_span("a", "server"), proto_span("b", "client", parent="a", attributes=attributes)]
    found = lines(answer(read(resource_spans("s", spans, CLOUD))), "reads", "writes", "sends_to")
    assert [line.partition(" lookups=")[0].partition(" partial=")[0] for line in found] == expected
