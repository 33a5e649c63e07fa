"""Opens the SQL that stands inside strings of SQL: bodies of routines, and statements handed on to be executed."""

from __future__ import annotations

import re

from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.names import NOWHERE
from collectors.traces.sql.strings import Joined, joined

HANDED_ON, HANDED_BACK = "handed_on_text", "handed_back_text"
"""Stand around a statement that was a string: the variables of the routine are none there."""

_VERB = re.compile(
    r"(?i)[\s(]*(?:select|insert|update|delete|merge|with|begin|declare|truncate|create|replace|if|exec)\b"
)
_EXECUTES = re.compile(
    r"(?i)\b(?:sp_executesql\s+(?:@\w+\s*=\s*)?|sp_prepexec\s[^']{0,200}?'[^']*',\s*|execute\s+immediate\s+"
    r"|exec(?:ute)?\s*+\(?\s*+|prepare\s+\w+\s+from\s+|unload\s*\(\s*|open\s+\w+\s+for\s+|return\s+query\s+execute\s+"
    r"|dbms_sql\s*\.\s*parse\s*\([^,'()]{1,200},\s*)"
    r"(?=[nNeE]?'|[qQ]'|\"|\$\w*\$|format\s*\(|concat\s*\(|\()"
)
_ASSIGNS = re.compile(
    r"(?i)(?<![\w.])(?P<name>@?[^\W\d][\w$]*+)\s*+"
    r"(?:(?:as\s+|constant\s+)?(?:n?(?:var)?char2?|text|clob|string)\s*+(?:\(\s*+\w++\s*+\)\s*+)?)?"
    r"(?::=|\+?=|\bdefault\b)\s*(?=[nNeE]?'|[qQ]'|\"\"\"|format\s*\(|concat\s*\()"
)
_EXECUTED = re.compile(
    r"(?i)\b(?:sp_executesql|execute\s+immediate|exec(?:ute)?(?:\s*\()?|prepare\s+\w+\s+from|open\s+\w+\s+for)\s+"
    r"(?:@\w+\s*=\s*)?(?P<name>@?[^\W\d][\w$]*)|\b(?:exec(?:ute)?|sp_executesql)\s*\(\s*(?P<inner>@?[^\W\d][\w$]*)"
)
_BODY = re.compile(r"(?is)\b(?:as|do)\s+(?P<quote>\$\w*\$)(?P<text>.*?)(?:(?P=quote)|\Z)")
_QUOTED_BODY = re.compile(r"(?is)\bas\s+N?'(?P<text>[^'\\]*(?:(?:''|\\.)[^'\\]*)*)'")
_IDENTIFIER = re.compile(r"(?i)\bidentifier\s*\(\s*(?:'(?P<name>[\w$.\"]{1,300})'|[\w$:?]{1,300})\s*\)")
_HANDING_ON = ("exec", "dbms_sql", "prepare", "unload", "open ")
_HINTS = (*_HANDING_ON, "$", "function", "procedure", "identifier")
_MOST = 200


def opened(text: str, dialect: Dialect) -> str:
    """The text with the statements in its strings beside the others, never longer than it was by more than a bit."""
    low = text.lower()
    if not any(map(low.__contains__, _HINTS)):
        return text
    if dialect.family in {"snowflake", "databricks"} and "identifier" in low:
        text = _IDENTIFIER.sub(lambda match: match["name"] or NOWHERE, text)
    if dialect.grammar in {"postgres", "redshift", "snowflake", "duckdb"} and "$" in text:
        text = _BODY.sub(lambda match: f" ; {match['text']} ; ", text)
    if dialect.grammar == "postgres" and ("function" in low or "procedure" in low):
        text = _QUOTED_BODY.sub(_statement, text)
    if any(map(low.__contains__, _HANDING_ON)):
        text = _spliced(text, _EXECUTES, dialect, None)
        names = {(found["name"] or found["inner"]).lower() for found in _EXECUTED.finditer(text)}
        if names or dialect.grammar == "tsql":
            text = _spliced(text, _ASSIGNS, dialect, names)
    return text


def _spliced(text: str, places: re.Pattern[str], dialect: Dialect, names: set[str] | None) -> str:
    """The text with the strings that follow on places laid open, if they begin as statements do."""
    kept: list[str] = []
    reached = 0
    for number, found in enumerate(places.finditer(text)):
        if found.start() < reached or number >= _MOST:
            continue
        if names is not None and not found["name"].startswith("@") and found["name"].lower() not in names:
            continue
        string = joined(text, found.end(), dialect)
        if string is None or not _VERB.match(string.text):
            continue
        kept += [text[reached : found.start()], f" ; {HANDED_ON} ; ", string.text, f" ; {HANDED_BACK} ; "]
        reached = _rest(text, string)
    return "".join([*kept, text[reached:]]) if kept else text


def _rest(text: str, string: Joined) -> int:
    """Where the text goes on: a parenthesis that only held the string has closed."""
    return string.end + 1 if text[string.end : string.end + 1] == ")" else string.end


def _statement(match: re.Match[str]) -> str:
    inner = match["text"].replace("''", "'").replace("\\'", "'")
    return f" ; {inner} ; " if _VERB.match(inner) else match.group()
