"""Reads traces that lie in files, whatever tool wrote them."""

from __future__ import annotations

from collectors.traces.imports.errors import TraceFileError
from collectors.traces.imports.files import Imported, import_file, read_file

__all__ = ["Imported", "TraceFileError", "import_file", "read_file"]
