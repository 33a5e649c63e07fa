"""The words in which a resource type is described: a row says what to ask, what to keep and what it leads to.

A row is data. The engine of a cloud executes it; permissions, documentation and lint are derived from it.

Two small languages stand in the strings of a row:

- a *path* is a JMESPath expression over an answer or over one item of it: `Buckets[]`, `State.Name`;
- a *template* is text with paths in braces: `arn:{partition}:sqs:{region}:{account}:{QueueUrl|tail}`.
  Beside the item's own fields it knows `region`, `account`, `partition`, `parent.` (the item of the row this
  row is listed over), `up.` (the item of the outer step, where a path has several steps) and, once all calls
  are made, `tag.` (its tags by key). Filters may follow: `|tail` (after the last `/` or `:`), `|bare` (an ARN
  without version or qualifier), `|host` (of a URL, lower case), `|function` (the function a gateway invokes),
  `|relative` (without a leading `/`), `|owner` (of an Azure id: what it is a part of). A path that gives a list
  makes one text for each of its values; a path that gives nothing makes none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Parameter = str | int | bool | tuple["Parameter", ...] | Mapping[str, "Parameter"]
"""What is sent with a call. Strings are templates."""


class Reported(StrEnum):
    """How a change of a resource of this type appears in a report."""

    ALWAYS = "always"
    SUMMARY = "summary"  # as one line with a count: there are many, and they follow from something else
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Call:
    """One reading operation.

    `path`: where the items (of a listing) or the value (of a detail) are in the answer. Several steps go
    inward: each is applied to every result of the one before, which the inner item sees as `up`.
    `into`: detail only: the field that takes the value; "" merges a map into the item.
    `absent`: error codes that mean "has none": the field is null.
    `gone`: error codes that mean the item no longer exists: it is left out.
    `chunk`: (parameter, n): ask for n items in one call. The parameter's template names the field by which
    the answers are told apart. `failures`: where such an answer says what it left out.
    `region`: template of the region to ask, if not the scope's.
    `pages`: (input parameter, output path) where the vendor's model does not describe the paging.
    `service`: if not the row's.
    """

    operation: str
    path: str | tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    into: str = ""
    absent: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    chunk: tuple[str, int] | None = None
    failures: str = ""
    region: str = ""
    pages: tuple[str, str] | None = None
    service: str = ""

    @property
    def steps(self) -> tuple[str, ...]:
        """The path, outermost step first."""
        return (self.path,) if isinstance(self.path, str) else self.path


@dataclass(frozen=True, slots=True)
class Link:
    """A relation stated by the resource's own settings.

    `verb`: `in_network`, `encrypted_by`, `assumes`, `routes_to`, `triggers`, `uses_image`, `part_of`, ...
    `member_of` leads to the group that starts and stops it: its coming and going is told there.
    `routes_to` always points from the entry towards the workload.
    `target`: template of a urn, or of an alias `namespace|kind|value`. A value that is a urn already is one.
    `inward`: the other one is the source: it cannot know, or does not say, where it leads.
    """

    verb: str
    target: str
    inward: bool = False
