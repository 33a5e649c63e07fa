"""Opens the SQL that stands inside strings of SQL: bodies of routines, and statements handed on to be executed."""

from __future__ import annotations

import re

from collectors.traces.sql.dialects import Dialect

_STRING = r"N?'(?P<text>[^'\\]*(?:(?:''|\\.)[^'\\]*)*)'"
_VERB = re.compile(
    r"(?i)[\s(]*(?:select|insert|update|delete|merge|with|begin|declare|truncate|create|replace|if|exec)\b"
)
_EXECUTED = re.compile(
    r"(?is)\b(?:sp_executesql\s+(?:@\w+\s*=\s*)?|sp_prepexec\s[^']*?'[^']*',\s*|execute\s+immediate\s+|exec(?:ute)?\s*\(?\s*"
    r"|prepare\s+\w+\s+from\s+|unload\s*\(\s*)" + _STRING
)
_ASSIGNED = re.compile(
    r"(?is)@\w+\s*(?:(?:as\s+)?n?(?:var)?char\s*\(\s*\w+\s*\)\s*)?\+?=\s*" + _STRING + r"(?!\s*\+)"
)
_BODY = re.compile(r"(?is)\b(?:as|do)\s+(?P<quote>\$\w*\$)(?P<text>.*?)(?:(?P=quote)|\Z)")
_QUOTED_BODY = re.compile(r"(?is)\bas\s+" + _STRING)
_IDENTIFIER = re.compile(r"(?i)\bidentifier\s*\(\s*(?:'(?P<name>[\w$.\"]{1,300})'|[\w$:?]{1,300})\s*\)")
_NOWHERE = "dual"
"""Stands for a table that a variable names, and so nobody here."""
_HINTS = ("exec", "prepare", "unload", "$", "function", "procedure", "identifier")


def opened(text: str, dialect: Dialect) -> str:
    """The text with the statements in its strings beside the others, never longer than it was by more than a bit."""
    low = text.lower()
    if not any(map(low.__contains__, _HINTS)):
        return text
    if dialect.family in {"snowflake", "databricks"} and "identifier" in low:
        text = _IDENTIFIER.sub(lambda match: match["name"] or _NOWHERE, text)
    if dialect.grammar in {"postgres", "redshift", "snowflake", "duckdb"} and "$" in text:
        text = _BODY.sub(lambda match: f" ; {match['text']} ; ", text)
    if "exec" in low or "prepare" in low or "unload" in low:
        text = _EXECUTED.sub(_statement, text)
        if dialect.grammar == "tsql":
            text = _ASSIGNED.sub(_statement, text)
    if dialect.grammar == "postgres" and ("function" in low or "procedure" in low):
        text = _QUOTED_BODY.sub(_statement, text)
    return text


def _statement(match: re.Match[str]) -> str:
    inner = match["text"].replace("''", "'").replace("\\'", "'")
    return f" ; {inner} ; " if _VERB.match(inner) else match.group()
