"""Gives each shape at rest a number, so that thousands of parts name it in a few bytes.

A number is taken back with the newest part that has its shape, and given to another one.
"""

from __future__ import annotations

from array import array

from collectors.traces.shape import Shape

_NEVER = 2**64 - 1


class Numbers:
    """Shapes by number. A shape keeps its own number, which counts only if that is its shape here."""

    __slots__ = ("_free", "_newest", "_shapes")

    def __init__(self) -> None:
        self._shapes: list[Shape | None] = []
        self._newest = array("Q")  # of each number, the newest part that has it
        self._free: list[int] = []

    def __len__(self) -> int:
        """How many are in use."""
        return len(self._shapes) - len(self._free)

    def of(self, shape: Shape, part: int) -> int:
        """The number of a shape that is in a part. Parts are numbered as they come, too."""
        number = shape.number
        if not 0 <= number < len(self._shapes) or self._shapes[number] is not shape:
            number = shape.number = self._next(shape)
        self._newest[number] = part
        return number

    def _next(self, shape: Shape) -> int:
        if self._free:
            number = self._free.pop()
            self._shapes[number] = shape
            return number
        self._shapes.append(shape)
        self._newest.append(_NEVER)
        return len(self._shapes) - 1

    def shape(self, number: int) -> Shape:
        """The shape of a number that is in use."""
        shape = self._shapes[number]
        assert shape is not None
        return shape

    def let_go(self, part: int) -> None:
        """Takes back the numbers that no newer part has."""
        for number in [number for number, newest in enumerate(self._newest) if newest <= part]:
            self._shapes[number] = None
            self._newest[number] = _NEVER
            self._free.append(number)
