"""From the text of a GraphQL request to the fields it asks for: names alone, never a value.

Values stand in parentheses only, behind the names of fields and directives. So what is in parentheses is passed over,
and what follows a text that does not end is not read. Source: GraphQL specification, October 2021, section 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

LONGEST = 16 * 1024
DEEPEST = 16
MOST = 200
_NAME = 64

_WORD = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*|\.\.\.|[A-Za-z_][A-Za-z0-9_]*|[{}()@:"]',
    re.DOTALL,
)
_PASSED_OVER = ("#", '"')


def fields(document: str) -> tuple[str, ...]:
    """The fields without fields of their own, by the way to them: `customer.address.city`; sorted, each once.

    In a fragment, the way begins with the type that it is of. A document that is cut off, or is none, has those of
    its beginning.
    """
    return tuple(sorted(set(_leaves(_words(document[:LONGEST])))))[:MOST]


def _words(document: str) -> list[str]:
    """What is of the structure: no comments, no texts, nothing in parentheses."""
    found: list[str] = []
    within = 0
    for match in _WORD.finditer(document):
        word = match[0]
        if word == '"':  # of a text without an end: what follows may be values
            break
        if word == "(":
            within += 1
        elif word == ")":
            within = max(within - 1, 0)
        elif not within and not word.startswith(_PASSED_OVER):
            found.append(word)
    return found


def _leaves(words: Sequence[str]) -> Iterator[str]:
    way: list[str] = []
    under, asked = "", ""  # the type of a fragment; a field that may yet turn out to have fields
    left = iter((*words, "", ""))
    word, following = next(left), next(left)
    while word:
        if word == "{":
            way.append(asked or under)
            under, asked = "", ""
            if len(way) > DEEPEST:
                return
        elif word == "@":  # of a directive, which says nothing of what the field has
            following = next(left, "")
        else:
            if asked:
                yield ".".join((*filter(None, way), asked))
                asked = ""
            if word == "}":
                del way[-1:]
            elif word == "..." and following == "on":
                under, following = next(left, ""), next(left, "")
            elif word == "..." and following.isidentifier():
                following = next(left, "")  # told where the fragment is
            elif word == "fragment" and not way:
                _, under, following = next(left, ""), next(left, ""), next(left, "")
            elif following == ":":  # another name for a field
                following = next(left, "")
            elif way and word.isidentifier() and not word.startswith("__"):
                asked = word[:_NAME]
        word, following = following, next(left, "")
