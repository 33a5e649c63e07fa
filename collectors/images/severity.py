"""How severe an advisory is: the word its publisher chose, else the one that its CVSS 3 vector comes to.

Source: FIRST, "Common Vulnerability Scoring System v3.1: Specification Document", sections 7.1 and 5. A
vector of version 4 has no formula (its score is looked up in a table of 270 entries), so it gives no number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

WORDS = ("none", "low", "medium", "high", "critical")
UNKNOWN = "unknown"

_PUBLISHED = {"moderate": "medium", "important": "high", "negligible": "low", "minor": "low"}
_NUMBERS: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {
    "U": {"N": 0.85, "L": 0.62, "H": 0.27},
    "C": {"N": 0.85, "L": 0.68, "H": 0.5},
}


def word_of(published: str, score: float | None) -> str:
    """`critical`, `high`, `medium`, `low`, `none`, or `unknown`."""
    said = published.strip().lower()
    said = _PUBLISHED.get(said, said)
    if said in WORDS:
        return said
    if score is None:
        return UNKNOWN
    return next(word for word, least in _BANDS if score >= least)


_BANDS = (("critical", 9.0), ("high", 7.0), ("medium", 4.0), ("low", 0.1), ("none", 0.0))


def base_score(vector: str) -> float | None:
    """0.0 to 10.0 for `CVSS:3.1/AV:N/...` (3.0 too); None for anything else."""
    if not vector.startswith(("CVSS:3.0/", "CVSS:3.1/")) or len(vector) > 512:
        return None
    said = dict(part.partition(":")[::2] for part in vector.split("/"))
    try:
        number = {name: values[said[name]] for name, values in _NUMBERS.items()}
        changed = {"U": False, "C": True}[said["S"]]
        privileges = _PRIVILEGES[said["S"]][said["PR"]]
    except KeyError:
        return None
    lost = 1 - (1 - number["C"]) * (1 - number["I"]) * (1 - number["A"])
    impact = 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 if changed else 6.42 * lost
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * number["AV"] * number["AC"] * privileges * number["UI"]
    whole = (impact + exploitability) * (1.08 if changed else 1.0)
    return _round_up(min(whole, 10.0))


def _round_up(number: float) -> float:
    """To one decimal, upwards, as the specification's appendix A does it in whole numbers."""
    scaled = round(number * 100_000)
    return scaled / 100_000 if scaled % 10_000 == 0 else (math.floor(scaled / 10_000) + 1) / 10
