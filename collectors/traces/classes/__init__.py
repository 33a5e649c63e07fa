"""What kind of personal data a column holds, told by its name, its table and its neighbours."""

from __future__ import annotations

from collectors.traces.classes.judging import VERSION, Verdict, classify, counted, explain

__all__ = ["VERSION", "Verdict", "classify", "counted", "explain"]
