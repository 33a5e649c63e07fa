"""Decides which keys a Redis command reads and writes, with their values taken out, and which fields of hashes.

Source: https://redis.io/docs/latest/commands/; instrumentations leave `SET user:1 ?` of a text, or `SET ? ?`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from collectors.traces.keys import pattern
from collectors.traces.sql.statement import Statement, TableName, Verb, tables_of

_READS_COMMANDS = """
get getrange mget strlen exists ttl pttl type hget hmget hgetall hkeys hvals hexists hlen hscan hstrlen hrandfield
lrange llen lindex lpos smembers sismember smismember scard srandmember sscan zrange zrevrange zrangebyscore
zrevrangebyscore zrangebylex zscore zmscore zrank zrevrank zcard zcount zlexcount zrandmember zscan getbit bitcount
bitpos pfcount xrange xrevrange xread xreadgroup xlen xpending geopos geodist geosearch georadius dump touch sinter
sunion sdiff sintercard zinter zunion zdiff sort_ro eval_ro evalsha_ro fcall_ro json.get json.mget json.type
ts.get ts.range ts.revrange bf.exists ft.search ft.aggregate
"""
_READS = frozenset(_READS_COMMANDS.split())
_WRITES_COMMANDS = """
set setex psetex setnx setrange getset getdel getex mset msetnx append incr incrby incrbyfloat decr decrby del unlink
expire pexpire expireat pexpireat persist rename renamenx hset hmset hsetnx hsetex hgetex hgetdel hdel hincrby
hincrbyfloat hexpire lpush rpush lpushx rpushx lpop rpop blpop brpop rpoplpush brpoplpush lmove blmove lmpop lset lrem
ltrim linsert sadd srem spop smove sinterstore sunionstore sdiffstore zadd zrem zincrby zpopmin zpopmax bzpopmin
bzpopmax zunionstore zinterstore zdiffstore zrangestore zremrangebyscore zremrangebyrank setbit bitop pfadd pfmerge
xadd xdel xtrim xack xclaim xautoclaim xgroup geoadd geosearchstore restore copy sort eval evalsha fcall json.set
json.mset json.del json.merge json.numincrby ts.add ts.madd bf.add
"""
_WRITES = frozenset(_WRITES_COMMANDS.split())
_MANY = frozenset(
    {
        "mget",
        "exists",
        "del",
        "unlink",
        "pfcount",
        "pfmerge",
        "touch",
        "sinter",
        "sunion",
        "sdiff",
        "json.mget",
    }
)
_PAIRS = frozenset({"mset", "msetnx"})
# They write the first key from those behind it.
_FROM_SECOND = frozenset(
    {"zrangestore", "geosearchstore", "pfmerge", "sinterstore", "sunionstore", "sdiffstore"}
)
# The other way round: what is read is moved or copied to the second key.
_FROM_FIRST = frozenset({"copy", "rename", "renamenx", "rpoplpush", "brpoplpush", "lmove", "blmove", "smove"})
_UNTIL_TIMEOUT = frozenset({"blpop", "brpop", "bzpopmin", "bzpopmax"})
# Word at which the number of keys stands.
_COUNTED = {
    "eval": 2, "evalsha": 2, "fcall": 2, "eval_ro": 2, "evalsha_ro": 2, "fcall_ro": 2, "sintercard": 1, "zinter": 1,
    "zunion": 1, "zdiff": 1, "lmpop": 1, "zunionstore": 2, "zinterstore": 2, "zdiffstore": 2,
}  # fmt: skip
_STREAMS = frozenset({"xread", "xreadgroup"})
_SECOND = frozenset({"bitop", "xgroup"})
_WHOLE = frozenset({"hgetall", "hvals", "hscan", "json.get"})
_FIELD = re.compile(r"[A-Za-z_][A-Za-z_-]{1,39}")
_STREAM_ID = re.compile(r"\*|\d+-(?:\d+|\*)")
_WORD = re.compile(r"\"[^\"]*\"?|'[^']*'?|\S+")
_LEFT_OUT = re.compile(r"\[\d+ other arguments?\]")
"""What instrumentations of JavaScript write in place of what may be a value."""
_BRACES = re.compile(r"[{}]")


def read(text: str) -> Statement:
    """What the commands of a text do: one, or those of a pipeline, one a line."""
    found: dict[tuple[TableName, Verb], tuple[set[str], set[str]]] = {}
    partial = False
    for line in text.splitlines()[:100]:
        words = [word.strip("\"'") for word in _WORD.findall(_LEFT_OUT.sub("?", line[:2048]))][:40]
        command = words[0].lower() if words else ""
        if command not in _READS and command not in _WRITES:
            continue
        partial = partial or command.startswith(("eval", "fcall"))  # a script says not what it does
        for verb, key in _keys(command, words):
            # Braces in a key say where in a cluster it lies.
            name = TableName("", pattern(_BRACES.sub("", key)))
            columns = found.setdefault((name, verb), (set(), set()))[0]
            columns.update(_fields(command, words))
    return Statement(tables_of(found), partial, parsed_by="redis" if found else "")


def _keys(command: str, words: list[str]) -> Iterator[tuple[Verb, str]]:
    """The keys of a command, and whether it reads or writes them."""
    verb: Verb = "reads" if command in _READS else "writes"
    given = words[1:]
    if command in _FROM_SECOND or command in {"zunionstore", "zinterstore", "zdiffstore"}:
        yield from (("writes", key) for key in given[:1])
        verb = "reads"
        given = given[1:2] if command in {"zrangestore", "geosearchstore"} else given[1:]
    elif command in _FROM_FIRST:
        yield from (("reads", key) for key in given[:1])
        given = given[1:2]
    elif command in _PAIRS:
        given = given[::2]
    elif command in _STREAMS:
        at = next((at for at, word in enumerate(given) if word.lower() == "streams"), len(given))
        behind = given[at + 1 :]
        given = behind[: (len(behind) + 1) // 2]
    elif command in _UNTIL_TIMEOUT:
        given = given[:-1] or given
    elif command == "sort":
        at = next((at for at, word in enumerate(given) if word.lower() == "store"), 0)
        yield from (("writes", key) for key in given[at + 1 : at + 2] if at)
        verb, given = "reads", given[:1]
    elif command in _SECOND:
        given = given[1:2]
    elif command not in _MANY and command not in _COUNTED:
        given = given[:1]
    if command in _COUNTED:
        at = _COUNTED[command]
        number = words[at] if at < len(words) else ""
        given = words[at + 1 :][: int(number)] if number.isdigit() and len(number) < 4 else []
    for key in given:
        yield verb, key


def _fields(command: str, words: list[str]) -> Iterator[str]:
    """The fields of a hash that a command names."""
    given: list[str] = []
    if command in _WHOLE:
        yield "*"
    elif command in {"hget", "hmget", "hdel", "hexists"}:
        given = words[2:]
    elif command in {"hset", "hmset", "hsetnx"}:
        given = words[2::2]
    elif command in {"hincrby", "hincrbyfloat"}:
        given = words[2:3]
    elif command == "xadd":
        at = next((at for at, word in enumerate(words[2:], 2) if _STREAM_ID.fullmatch(word)), len(words))
        given = words[at + 1 :: 2]
    for word in given:
        if _FIELD.fullmatch(word):
            yield word
