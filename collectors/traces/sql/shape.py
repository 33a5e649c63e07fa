"""Turns SQL text into its shape: without comments, literals and placeholders, and with lists folded into one.

Everything after this step works on the shape alone, so no literal can get into a result or a cache.
"""

from __future__ import annotations

import re
from functools import lru_cache

from collectors.traces.sql.dialects import Dialect

_PLAIN_STRING = r"'[^']*(?:''[^']*)*(?:'|\Z)"
_ESCAPED_STRING = r"'[^'\\]*(?:(?:\\.|'')[^'\\]*)*(?:'|\\?\Z)"
_ESCAPED_QUOTES = r'"[^"\\]*(?:(?:\\.|"")[^"\\]*)*(?:"|\\?\Z)'


def shape_of(text: str, dialect: Dialect) -> str:
    """The shape of a statement. Statements that differ only in values have the same shape."""
    shape = _lexer(dialect).sub(_replacement, text)
    shape = _MASKED.sub("?", _PREFIXED.sub("?", shape))
    if not dialect.quotes_are_strings and '"' in shape:
        shape = _QUOTED_LIST.sub("IN (?)", _QUOTED_VALUE.sub(r"\1?", shape))
    shape = _ELLIPSIS_LIST.sub("(?)", shape)
    shape = _LIST.sub(r"\1?\2", shape)
    shape = _ROWS.sub("(?)", shape)
    if "?::" in shape:
        shape = _CAST_VALUE.sub("?", shape)
    if "),(" in shape or "), (" in shape:
        shape = _VALUES.sub(r"\1\2", shape)
    return _SPACE.sub(" ", _TYPED_LITERAL.sub("?", shape)).strip(" ;")


def _replacement(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind == "name":
        return match.group()
    return " " if kind == "blank" else "?"


@lru_cache(maxsize=64)
def _lexer(dialect: Dialect) -> re.Pattern[str]:
    """One expression that finds what has to go, and the quoted names that must not be looked into."""
    comments = [r"/\*.*?(?:\*/|\Z)", r"--(?=\s|\Z)[^\n]*" if dialect.grammar == "mysql" else r"--[^\n]*"]
    names = [r"`[^`]*`"]
    strings = [_ESCAPED_STRING if dialect.backslash else _PLAIN_STRING]
    starts = "[/'\"`\\[\\d.?$:@%#-]|\\s\\s|[^\\S ]"  # looked at first, because most characters start nothing
    if dialect.family == "snowflake":
        comments.append(r"//[^\n]*")
    if dialect.hash_comment:
        comments.append(r"#[^\n]*")
    if dialect.quotes_are_strings:
        strings.append(_ESCAPED_QUOTES)
    else:
        names.append(r'"[^"]*"')
    if dialect.brackets:
        names.append(r"\[[^\]\[]*\]")
    if dialect.grammar == "oracle":
        starts += "|[qQ]'"
        quoted = r"\[.*?\]|\{.*?\}|\(.*?\)|<.*?>|(?P<mark>[^\s\w]).*?(?P=mark)"
        strings.insert(0, rf"(?<![\w$])[qQ]'(?:{quoted})'")
    if dialect.grammar in {"postgres", "redshift", "duckdb"}:
        starts += "|[eE]'"
        strings.insert(0, r"(?<![\w$])\$(?P<tag>(?:[A-Za-z_]\w*)?)\$(?:.*?\$(?P=tag)\$|.*\Z)")
        strings.insert(0, r"(?<![\w$])[eE]" + _ESCAPED_STRING)
    parts = {
        "blank": [*comments, r"\s\s+", r"[^\S ]"],
        "string": strings,
        "name": names,
        "number": [
            r"(?<![\w$.#@])\d\w*(?:\.\w*)?(?:(?<=[eE])[+-]\d+)?",
            r"(?<![\w$.)\]\"`])\.\d\w*(?:(?<=[eE])[+-]\d+)?",
        ],
        "placeholder": [
            r"\?\d+",
            r"(?<![\w$])\$\w+",
            r"(?<![\w$:\]?\")])\:\w+",
            r"(?<![\w@#&|<?-])@@?\w+",
            r"%s\b",
            r"%\(\w+\)s",
        ],
    }
    kinds = "|".join(f"(?P<{kind}>{'|'.join(ways)})" for kind, ways in parts.items())
    return re.compile(f"(?={starts})(?:{kinds})", re.DOTALL)


# What tracers put in place of a literal.
_MASKED = re.compile(r"(?i)[<{](?:redacted|masked|filtered|omitted|obfuscated|\?)[>}]|\[redacted\]|\*{3,}")
# N'...', X'...', _utf8'...': what is left of them once the string has gone.
_PREFIXED = re.compile(r"(?<![\w$])(?:[nNxXbBrR]|[uU]&|_[a-z]\w* ?)\?")
# Lenient systems take a lone quoted word on the right of a comparison for a string, and so must we.
_QUOTED_VALUE = re.compile(r'(?i)([=<>]\s?|\blike\s)"[^"]*"(?!\s?\.)')
_QUOTED_LIST = re.compile(r'(?i)\bin\s?\(\s?"[^"]*"(?:\s?,\s?"[^"]*")*\s?\)')
# The arguments of a function keep their number, on which its meaning depends.
_LIST = re.compile(
    r"(?i)((?:\b(?:in|values|value) ?|(?<=[^\w\s\"`\]]) ?)[(\[])\s*\?(?:\s*,\s*\?)+\s*([)\]]|\Z)"
)
_ELLIPSIS_LIST = re.compile(r"\(\s*(?:\.\.\.|…)\s*\)")
_ROWS = re.compile(r"\(\s*\?\s*\)(?:\s*,\s*\(\s*\?\s*\))+")
_VALUES = re.compile(r"(?i)(\bvalues\s*)(\([^()]*(?:\([^()]*\)[^()]*)*\))(?:\s*,\s*\2)+")
_CAST_VALUE = re.compile(
    r"\?(?:::[a-zA-Z_]\w*(?: varying\b| precision\b| with(?:out)? time zone\b)?(?:\(\?\))?(?:\[\])?)+"
)
_TYPED_LITERAL = re.compile(r"(?i)(?<=[\s(,=<>])(?:date|time|timestamp|timestamptz)\s+\?")
_SPACE = re.compile(r"\s\s+")
