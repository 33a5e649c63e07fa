"""What scanners, catalogues and column comments say of columns, read in the forms in which they export it."""

from __future__ import annotations

from collectors.traces.classes.labels.formats import of_columns, of_labels
from collectors.traces.classes.labels.label import Label
from collectors.traces.classes.labels.meaning import Meaning, Meant

__all__ = ["Label", "Meaning", "Meant", "of_columns", "of_labels"]
