"""Says in common words what some systems say in words of their own, so that one grammar reads it.

Each row is a pattern over a statement's shape and what to put in its place.
"""

from __future__ import annotations

import re

from collectors.traces.sql.dialects import Dialect

_NAME = r"(?:[^\s(),;?]+)"

_PRIORITY = "low_priority|high_priority|delayed|quick|or (?:ignore|replace|abort|fail|rollback|update)"
_VIEW_OPTION = r"algorithm ?= ?\w+|definer ?= ?\S+|sql security \w+"

_COMMON = (
    (r"^explain(?: ?\([^()]*\)|(?: (?:analyze|verbose|extended|plan for|format ?= ?\w+))*)? (?=\w)", ""),
    (r"^prepare \S+ ?(?:\([^()]*\) ?)?(?:as|from) ", ""),
    (r"^declare \S+ (?:\w+ ){0,4}cursor (?:\w+ ){0,3}for ", ""),
    (r"^(?:replace|upsert) (?:low_priority |delayed )?(?:into )?(?=[^\W\d]|[\"`\[])", "INSERT INTO "),
    (r"(?<=\)) with primary key$", ""),
    (r"^perform\b", "SELECT"),
    (r"^sel\b", "SELECT"),
    (r"^update statistics\b.*", ""),
    (rf"^(update|insert|delete) (?:(?:{_PRIORITY})\b ?)+", r"\1 "),
    (r"^(delete|update|insert) top ?\(? ?\? ?\)?(?: percent)?", r"\1"),
    (r"^select (?:(?:first|skip|limit) \? ?(?:, ?\? )?){1,2}", "SELECT "),
    (rf"^create (?:or replace )?(?:(?:{_VIEW_OPTION}) )+(?=view\b)", "CREATE "),
    (r"^(?:create|alter) (?:or alter )?(view [^()]+?) with schemabinding as\b", r"CREATE \1 AS"),
    (r"^(select(?: distinct| all)?) top \(? ?\? ?\)?(?: percent)?(?: with ties)?(?= )", r"\1"),
    (r" into (?:outfile|dumpfile) \?.*?(?= from\b|$)", ""),
    (r"(?<!copy) into \?(?: ?, ?\?)*(?= from\b|$)", ""),
    (
        rf"^load data .*?\binto table ({_NAME})(?:[^()]*?(\([^()]*\)))?[^()]*( set .*)?$",
        r"INSERT INTO \1 \2 VALUES (?)",
    ),
    (rf"^merge into ({_NAME}) ?(\([^()]*\)) (?:key ?\([^()]*\) ?)?(?=values|select)", r"INSERT INTO \1 \2 "),
    (rf"^insert into ({_NAME}) value ?\{{.*", r"INSERT INTO \1 VALUES (?)"),
    (r"^alter view\b", "CREATE VIEW"),
    (rf"^refresh materialized view (?:concurrently )?({_NAME}).*", r"INSERT INTO \1 DEFAULT VALUES"),
    (r"^export data .*?\) as (?=select|with)", ""),
    (rf"^alter table ({_NAME}) (?:on cluster \S+ )?update\b", r"UPDATE \1 SET"),
    (rf"^alter table ({_NAME}) (?:on cluster \S+ )?delete where\b", r"DELETE FROM \1 WHERE"),
    (r"^select (.+?) from (?:final|new|old) table ?\( ?(insert .*|update .*|delete .*)\)", r"\2 RETURNING \1"),
    (r"\bcurrent (timestamp|timezone|date|time|user|schema|server|sqlid|path|isolation)\b", "?"),
    (r"\) overriding (?:system|user) value\b", ")"),
    (r"^(insert into \S+) overriding (?:system|user) value\b", r"\1"),
    (r"^merge with schema evolution into\b", "MERGE INTO"),
    (r" with (?:ur|cs|rs|rr)$", ""),
    (r"@ ?\{[^{}]*\}", ""),
    (r"^\{ ?(?:\? ?= ?)?call .*", ""),
)  # fmt: skip

_UNLOADING = (
    "file_format|header|overwrite|single|max_file_size|include_query_id|detailed_output|storage_integration"
    "|encryption|credentials|validation_mode"
)
_STAGES = (
    (
        rf"^create (?:or replace )?(?:\w+ )?table (?:if not exists )?({_NAME}) clone ({_NAME}).*",
        r"INSERT INTO \1 SELECT * FROM \2",
    ),
    (rf"^copy into (?![?@])({_NAME}) ?(\([^()]*\))? from .*", r"INSERT INTO \1 \2 VALUES (?)"),
    (r"^copy into [?@]\S* from (?=\()", ""),
    (
        rf"^(\(.*?\)) (?:partition by|(?:{_UNLOADING}) ?=).*",
        r"\1",
    ),
    (rf"^copy into [?@]\S* from ({_NAME}).*", r"SELECT * FROM \1"),
)

_CQL = (
    (r"^(?:unlogged |counter |logged )?batch (?:using timestamp \? )?", ""),
    (r"\bapply batch$", ""),
    (r" allow filtering\b", ""),
    (r" per partition limit \?", ""),
    (r" using (?:(?:ttl|timestamp) )?\?(?: and (?:(?:ttl|timestamp) )?\?)?", ""),
    (r" if (?:not )?exists$", ""),
    (r" if [^()]*$", ""),
    (r"^select json\b", "SELECT"),
    (rf"^insert into ({_NAME}) json \?.*", r"INSERT INTO \1 VALUES (?)"),
    (rf"^delete ([\w\", \[\]?]+?) from ({_NAME})", r"UPDATE \2 SET (\1) = (?)"),
)

_ORACLE = (
    (r" ?/$", ""),
    (
        r"^create (or replace )?(?:(?:no|force|editioning|editionable|noneditionable) )+(?=view\b)",
        r"CREATE \1",
    ),
    (r" partition by ?\([^()]*\)(?= (?:(?:left|right|full|inner|outer|cross|natural) ){0,3}join\b)", ""),
    (r" delete where .*?(?= when not matched|$)", ""),
    (r"(?<=[\w\"])@[\w.$]+", ""),
)

_CLICKHOUSE = (
    (r" format \w+$", ""),
    (
        rf"^create materialized view (?:\S+ ){{1,7}}?to ({_NAME}) ?(?:\([^()]*\) ?)?as\b",
        r"INSERT INTO \1",
    ),
)

_TSQL = (
    (rf"^insert (?:into )?({_NAME}) with ?\([^()]*\)", r"INSERT INTO \1 "),
    (
        rf" output ([^()]*?) into ({_NAME}) ?(\([^()]*\))?(.*)$",
        r" output \1\4 ; INSERT INTO \2 \3 VALUES (?)",
    ),
    (r"^(delete [^()]*?) output ([^();]*?) ((?:where|from)\b[^;]*)", r"\1 \3 RETURNING \2 "),
)

_PARTIQL = (
    (r" returning (?:all|modified) (?:old|new) \*$", ""),
    (r" (?:remove|set) ([\w.\"\[\]?]+)(?= (?:where|set|remove)\b|$)", r" , \1 = ?"),
)
_COSMOS = (
    (r"^select (distinct )?value\b", r"SELECT \1"),
    (r"(?<=[(])select value\b", "SELECT"),
)

_N1QL = (
    (r" use (?:primary )?keys .*?(?= (?:where|unnest|join|left|inner|order|group|limit)\b|$)", ""),
    (r" (?:inner |left (?:outer )?)?unnest (\w+(?:\.\w+)+) (?:as )?(\w+)", r" CROSS JOIN UNNEST(\1) AS \2"),
    (r"\bmeta\(\w*\)\.\w+", "?"),
    (r"\b(?:any|every|some)(?: and every)? \w+ (?:in|within) (\S+) satisfies .*? end\b", r"\1 = ?"),
)
_HIVE = ((r"^cache (?:lazy )?table \S+ (?:options ?\([^()]*\) )?(?:as )?(?=select|with|\()", ""),)

_BATCH = (
    (
        r"^begin (?:(?:unlogged |counter |logged )?batch (?:using timestamp \? ?)?"
        r"|(?=(?:select|insert|update|delete|merge|with)\b))"
    ),
    "",
)


def _compiled(*rows: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rf"(?i){pattern}"), put) for pattern, put in rows)


_ROWS = {
    "snowflake": _compiled(_BATCH, *_COMMON, *_STAGES),
    "databricks": _compiled(_BATCH, *_COMMON, *_STAGES, *_HIVE),
    "n1ql": _compiled(_BATCH, *_COMMON, *_N1QL),
    "partiql": _compiled(_BATCH, *_COMMON, *_PARTIQL),
    "cosmos": _compiled(_BATCH, *_COMMON, *_COSMOS),
    "clickhouse": _compiled(_BATCH, *_COMMON, *_CLICKHOUSE),
    "cql": _compiled(_BATCH, *_COMMON, *_CQL),
    "oracle": _compiled(_BATCH, *_COMMON, *_ORACLE),
    "tsql": _compiled(_BATCH, *_COMMON, *_TSQL),
    "": _compiled(_BATCH, *_COMMON),
}
# A routine's variables stand where others name a table to be made.
_INTO_VARIABLES = re.compile(
    r"(?i)\b(?:bulk collect )?into (?:strict )?[^\W\d][\w$.]*(?: ?\( ?\w+ ?\))?(?: ?, ?[^\W\d][\w$.]*)*"
    r"(?= from\b|$| limit\b| for update\b)"
)
_INTO_FIRST = re.compile(
    r"(?i)^select into (?:strict )?[^\W\d][\w$.]*(?: ?, ?[^\W\d][\w$.]*)* (?=[^\s,;])(?!from\b)"
)
_MEMBERS = re.compile(r"(?i)\bjoin (\w+) in (\w+(?:\.\w+)+)")
_FIELD = re.compile(r"(?<=[\w\]])\[\"(\w+)\"\]")
_QUERY = re.compile(r"(?i)^[\s(]*(?:select|with)\b")
_RETURNING_INTO = re.compile(r"(?i)(\breturning\b.*?) (?:bulk collect )?into .*$")


_SEVERAL_INSERTS = re.compile(r"(?i)^from (?P<source>.+?) (?=insert (?:overwrite|into)\b)")
_INSERT = re.compile(r"(?i) ?(?=\binsert (?:overwrite|into)\b)")
_AFTER_FROM = re.compile(
    r"(?i) (?:where|group by|having|order by|sort by|cluster by|distribute by|limit|lateral view)\b"
)


def _apart(piece: str) -> str:
    """`FROM a INSERT INTO b SELECT x INSERT INTO c SELECT y` as one statement for each table that is written."""
    several = _SEVERAL_INSERTS.match(piece)
    if several is None:
        return piece
    parts = []
    for insert in filter(None, _INSERT.split(piece[several.end() :])):
        clause = _AFTER_FROM.search(insert)
        at = clause.start() if clause else len(insert)
        parts.append(f"{insert[:at]} FROM {several['source']}{insert[at:]}")
    return " ; ".join(parts)


def rewritten(piece: str, dialect: Dialect, *, routine: bool) -> str:
    """The statement in common words; with a semicolon between if it is two."""
    if dialect.grammar in {"spark", "hive"}:
        piece = _apart(piece)
    for pattern, put in _ROWS.get(dialect.family or dialect.grammar, _ROWS[""]):
        piece = pattern.sub(put, piece, count=1)
    if dialect.family == "cosmos":
        piece = _MEMBERS.sub(r"CROSS JOIN UNNEST(\2) AS \1", _FIELD.sub(r".\1", piece))
    piece = piece.strip()
    if routine and dialect.grammar == "postgres":
        piece = _INTO_FIRST.sub("SELECT ", piece)
    if (routine and dialect.grammar != "tsql") or dialect.grammar in {"oracle", "mysql"}:
        pattern, put = (_INTO_VARIABLES, "") if _QUERY.match(piece) else (_RETURNING_INTO, r"\1")
        piece = pattern.sub(put, piece, count=1)
    return piece
