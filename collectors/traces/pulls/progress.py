"""Knows how far each file of a directory was read, whatever became of it since.

A file is known by what it begins with and by what lies before the place up to which it was read. So it may be
renamed, copied and cut back, replaced by a longer one, or compressed: nothing of it is read twice or left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from os import stat_result

import orjson

HEAD = 256
_TAIL = 256

Peek = Callable[[int, int], bytes]
"""So many bytes of a file's text from a place on: what is in it once it is inflated and decoded."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Of a file: `offset` bytes of its text are read, `line` is the number of the next line.

    `head`: of its first bytes. `tail`: of those before `offset`.
    """

    size: int
    modified: int
    inode: int
    head: str
    head_size: int
    offset: int = 0
    line: int = 1
    tail: str = ""

    def is_as(self, status: stat_result) -> bool:
        """Whether the file has not changed."""
        return (self.size, self.modified, self.inode) == (status.st_size, status.st_mtime_ns, status.st_ino)

    def is_of(self, peek: Peek) -> bool:
        """Whether this is about a file with that text, or about one that is its beginning."""
        return (
            self.offset > 0
            and self.head == digest(peek(0, self.head_size))
            and self.tail in ("", tail(self.offset, peek))
        )


class Before:
    """What was read before. `gone`: of files that are not there any more as they were."""

    def __init__(self, known: Iterable[Progress], gone: Iterable[Progress]) -> None:
        self._by_inode: dict[int, list[Progress]] = {}
        for one in known:
            self._by_inode.setdefault(one.inode, []).append(one)
        self._gone: dict[tuple[int, str], list[Progress]] = {}
        for one in gone:
            self._gone.setdefault((one.head_size, one.head), []).append(one)
        self._lengths = sorted({length for length, _ in self._gone})

    def of(self, inode: int, peek: Peek) -> Progress | None:
        """How far a file was read under any name, as a whole or as a copy."""
        lost = (
            one for length in self._lengths for one in self._gone.get((length, digest(peek(0, length))), ())
        )
        found = [one for one in (*self._by_inode.get(inode, ()), *lost) if one.is_of(peek)]
        return max(found, key=lambda one: one.offset, default=None)


def tail(offset: int, peek: Peek) -> str:
    """Tells a place in a file from the same place in another one. "" if the file is not so long."""
    start = max(offset - _TAIL, 0)
    found = peek(start, offset - start)
    return digest(found) if len(found) == offset - start else "-"


def digest(content: bytes) -> str:
    """Short, for bookmarks."""
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def known(bookmark: str) -> dict[str, Progress]:
    """What a bookmark says, by name."""
    return {name: Progress(*values) for name, values in orjson.loads(bookmark or "{}").items()}


def bookmark(kept: Mapping[str, Progress]) -> str:
    """The other way round."""
    return orjson.dumps(
        {
            name: (
                one.size, one.modified, one.inode, one.head, one.head_size, one.offset, one.line, one.tail
            )
            for name, one in kept.items()
        }
    ).decode()  # fmt: skip
