"""Decides which keys a Redis command reads and writes, with their values taken out, and which fields of hashes.

Source: https://redis.io/docs/latest/commands/; instrumentations leave `SET user:1 ?` of a text, or `SET ? ?`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from collectors.traces.keys import pattern
from collectors.traces.sql.statement import Statement, TableName, Verb, tables_of

_READS_COMMANDS = """
get getrange mget strlen exists ttl pttl type hget hmget hgetall hkeys hvals hexists hlen hscan lrange llen
lindex smembers sismember scard srandmember sscan zrange zrevrange zrangebyscore zscore zrank zcard zcount
zscan getbit bitcount pfcount xrange xrevrange xread xlen geopos geodist geosearch georadius dump json.get
json.mget
"""
_READS = frozenset(_READS_COMMANDS.split())
_WRITES_COMMANDS = """
set setex psetex setnx getset getdel getex mset msetnx append incr incrby incrbyfloat decr decrby del unlink
expire pexpire expireat persist rename hset hmset hsetnx hdel hincrby lpush rpush lpushx rpushx lpop rpop
blpop brpop lset lrem ltrim linsert sadd srem spop smove zadd zrem zincrby zpopmin zpopmax setbit pfadd
pfmerge xadd xdel xtrim geoadd restore json.set json.del
"""
_WRITES = frozenset(_WRITES_COMMANDS.split())
_MANY = frozenset({"mget", "exists", "del", "unlink", "pfcount", "pfmerge"})
_PAIRS = frozenset({"mset", "msetnx"})
_WHOLE = frozenset({"hgetall", "hvals", "hscan", "json.get"})
_FIELD = re.compile(r"[A-Za-z_][A-Za-z_-]{1,39}")
_WORD = re.compile(r"\"[^\"]*\"?|'[^']*'?|\S+")


def read(text: str) -> Statement:
    """What the commands of a text do: one, or those of a pipeline, one a line."""
    found: dict[tuple[TableName, Verb], tuple[set[str], set[str]]] = {}
    for line in text.splitlines()[:100]:
        words = [word.strip("\"'") for word in _WORD.findall(line[:2048])][:40]
        command = words[0].lower() if words else ""
        if command not in _READS and command not in _WRITES:
            continue
        verb: Verb = "reads" if command in _READS else "writes"
        for key in _keys(command, words):
            columns = found.setdefault((TableName("", pattern(key)), verb), (set(), set()))[0]
            columns.update(_fields(command, words))
    return Statement(tables_of(found), parsed_by="redis" if found else "")


def _keys(command: str, words: list[str]) -> Iterator[str]:
    if command in _PAIRS:
        yield from words[1::2]
    elif command in _MANY:
        yield from words[1:]
    else:
        yield from words[1:2]


def _fields(command: str, words: list[str]) -> Iterator[str]:
    """The fields of a hash that a command names."""
    given: list[str] = []
    if command in _WHOLE:
        yield "*"
    elif command in {"hget", "hmget", "hdel", "hexists"}:
        given = words[2:]
    elif command in {"hset", "hmset", "hsetnx"}:
        given = words[2::2]
    elif command == "hincrby":
        given = words[2:3]
    for word in given:
        if _FIELD.fullmatch(word):
            yield word
