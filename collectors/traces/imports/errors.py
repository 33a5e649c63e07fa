"""What can be wrong with a file of traces."""

from __future__ import annotations

from collectors.errors import CollectorError


class TraceFileError(CollectorError):
    """A file that cannot be imported. The message names the file, what is wrong with it and what it looks like."""
