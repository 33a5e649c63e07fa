"""What is made of the answers to a call: parameters filled in, the next page asked for, items picked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.expressions import expand, find
from collectors.spec import Call, Parameter

Item = dict[str, Any]  # what AWS's JSON says


@dataclass(frozen=True, slots=True)
class Paging:
    """How an operation hands on to its next page."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    more: str = ""

    def next(self, page: Item) -> Item | None:
        """The parameters that ask for the page after this one, None after the last."""
        if self.more and not find(self.more, page):
            return None
        tokens = {
            name: value
            for name, value in (
                (name, find(path, page)) for name, path in zip(self.inputs, self.outputs, strict=True)
            )
            if value not in (None, "", {})
        }
        return tokens or None

    @classmethod
    def described(cls, model: Mapping[str, Any]) -> Paging:
        """The rules of one operation in the vendor's paging model."""
        return cls(_list(model["input_token"]), _list(model["output_token"]), model.get("more_results", ""))


def picked(steps: Sequence[str], page: object) -> list[Any]:
    """The results of a path; with several steps, each inner item knows the outer one as `up`."""
    found = find(steps[0], page)
    results = found if isinstance(found, list) else [] if found is None else [found]
    if len(steps) == 1:
        return results
    return [
        {**inner, "up": outer}
        for outer in results
        for inner in picked(steps[1:], outer)
        if isinstance(inner, dict)
    ]


def one_value(call: Call, pages: Sequence[Item]) -> Any:  # whatever the answer says
    """What a detail gives: the value of its path; the lists of several pages are one list."""
    found = [value for value in (find(call.steps[-1], page) for page in pages) if value is not None]
    if len(found) > 1 and all(isinstance(value, list) for value in found):
        return [each for value in found for each in value]
    return found[0] if found else None


def filled(parameter: Parameter | Mapping[str, Parameter], item: Mapping[str, object]) -> Any:  # JSON
    """The parameters of a call, with templates filled from the item."""
    if isinstance(parameter, str):
        if "{" not in parameter:
            return parameter
        texts = expand(parameter, item)
        return texts[0] if texts else ""
    if isinstance(parameter, Mapping):
        return {name: filled(value, item) for name, value in parameter.items()}
    if isinstance(parameter, tuple):
        return [filled(value, item) for value in parameter]
    return parameter


def _list(value: Any) -> tuple[str, ...]:  # the vendor's model says a text or a list of them
    return (value,) if isinstance(value, str) else tuple(value)
