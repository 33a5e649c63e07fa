"""What can go wrong while looking outward.

CollectorError
|-- RowError              a row contradicts the vendor's model or itself: a defect of ours, found by lint
|-- NotListed             an extent could not be listed; it becomes a Gap
|-- Gone                  the thing asked about no longer exists; it is left out
`-- AdvisoriesUnreadable  the directory of advisories cannot be used; components count as not covered
"""

from __future__ import annotations

from collectors.model import Why


class CollectorError(Exception):
    """The root of this package's errors."""


class RowError(CollectorError):
    """A row is wrong. The message names the row, the field and what does not fit."""


class NotListed(CollectorError):
    """A call did not answer. `detail` is one plain sentence: what failed, and what to do."""

    def __init__(self, why: Why, detail: str, code: str = "") -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail
        self.code = code


class Gone(CollectorError):
    """What was listed a moment ago is not there any more."""


class AdvisoriesUnreadable(CollectorError):
    """A directory of advisories is missing, empty, damaged or of another format: one sentence says which."""
