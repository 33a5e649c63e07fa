"""Reads a request's body as a stream, inflating it on the way, and stops as soon as it grows beyond its limits."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from collectors.traces.receiver.intake import Budget, TooLarge
from collectors.traces.spans import MalformedTraces

LARGEST_RATIO = 200
_RATIO_COUNTS_FROM = 64 * 1024  # small bodies of repeated text compress well honestly
_STEP = 256 * 1024


class Body:
    """A body in the making; `close` returns its bytes to the budget."""

    def __init__(self, encoding: str, limit: int, budget: Budget, stated: int = 0) -> None:
        """`stated`: the size the sender announced, 0 if it did not."""
        self._limit = limit
        self._budget = budget
        self._taken = 0
        self._stated = stated
        self._received = 0
        self._pieces: list[bytes] = []
        self._size = 0
        # 16 + MAX_WBITS: a gzip header and trailer are expected.
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding == "gzip" else None

    async def read(self, chunks: AsyncIterator[bytes]) -> bytes:
        """The inflated body. Raises TooLarge, Flooded, MalformedTraces."""
        if self._stated > self._limit:
            raise TooLarge(f"the body is larger than traces.max_body ({self._limit} bytes)")
        self._reserve(self._stated)  # at once, so that many half-read bodies cannot starve each other
        async for chunk in chunks:
            self._add(chunk)
        return self._whole()

    def inflated(self, message: bytes) -> bytes:
        """The same of a message that is there already."""
        self._reserve(len(message))
        if self._inflater is None:
            return message
        self._add(message)
        return self._whole()

    def _add(self, chunk: bytes) -> None:
        if self._inflater is None:
            self._received += len(chunk)
            self._keep(chunk)
        else:
            self._inflate(chunk)

    def _whole(self) -> bytes:
        if self._inflater is not None and not self._inflater.eof:
            raise MalformedTraces("the body is truncated: its gzip stream does not end")
        return b"".join(self._pieces)

    def close(self) -> None:
        self._pieces = []
        self._budget.give_back(self._taken)
        self._taken = 0

    def _reserve(self, size: int) -> None:
        if size > self._taken:
            self._budget.take(size - self._taken)
            self._taken = size

    def _inflate(self, chunk: bytes) -> None:
        assert self._inflater is not None
        try:
            while chunk:
                if self._inflater.eof:
                    raise MalformedTraces("the body has bytes after the end of its gzip stream")
                piece = self._inflater.decompress(chunk, _STEP)
                rest = self._inflater.unconsumed_tail or self._inflater.unused_data
                # What is not inflated yet counts for nothing: a bomb is known by its first pieces.
                self._received += len(chunk) - len(rest)
                self._keep(piece)
                chunk = rest
        except zlib.error:
            raise MalformedTraces("the body is not gzip though its content-encoding says so") from None

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise TooLarge(f"the body is larger than traces.max_body ({self._limit} bytes)")
        if self._size > _RATIO_COUNTS_FROM and self._size > self._received * LARGEST_RATIO:
            raise TooLarge(f"the body inflates to more than {LARGEST_RATIO} times its size")
        self._reserve(self._size)
        self._pieces.append(piece)
