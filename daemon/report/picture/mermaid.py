"""Writes a picture as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

import re

from daemon.report.safe_text import safe_text
from daemon.values.picture import Kind, Picture

_SHAPES = {
    Kind.INTERNET: ("((", "))"),
    Kind.OPERATION: ("[", "]"),
    Kind.TOPIC: ("[[", "]]"),
    Kind.TABLE: ("[(", ")]"),
    Kind.THIRD_PARTY: ("{{", "}}"),
}
_STYLES = {
    Kind.INTERNET: "fill:#1f2937,stroke:#1f2937,color:#ffffff",
    Kind.OPERATION: "fill:#eef2ff,stroke:#6366f1,color:#1e1b4b",
    Kind.TOPIC: "fill:#fffbeb,stroke:#d97706,color:#451a03",
    Kind.TABLE: "fill:#ecfdf5,stroke:#059669,color:#022c22",
    Kind.THIRD_PARTY: "fill:#fff1f2,stroke:#e11d48,color:#4c0519",
}
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._/,:-]")


def render_mermaid(picture: Picture) -> str:
    """A flowchart from left to right, ending in a newline. Names are escaped character by character."""
    names = {box.key: f"n{number}" for number, box in enumerate(picture.boxes)}
    rows = ["flowchart LR"]
    for box in picture.boxes:
        begin, end = _SHAPES[box.kind]
        lines = [box.title, box.subtitle, *box.chips]
        label = "<br/>".join(_escaped(line) for line in lines if line)
        rows.append(f'  {names[box.key]}{begin}"{label}"{end}:::{box.kind.name.lower()}')
    crossing = []
    for number, arrow in enumerate(picture.arrows):
        border = f"border {arrow.border}" if arrow.border else ""
        label = "<br/>".join(_escaped(line) for line in (arrow.verb, arrow.evidence, border) if line)
        line = "-->" if arrow.observed else "-.->"
        rows.append(f'  {names[arrow.source]} {line}|"{label}"| {names[arrow.target]}')
        if arrow.border:
            crossing.append(str(number))
    rows += [f"  classDef {kind.name.lower()} {style}" for kind, style in _STYLES.items()]
    if crossing:
        rows.append(f"  linkStyle {','.join(crossing)} stroke:#dc2626,stroke-width:2px")
    return "\n".join(rows) + "\n"


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"#{ord(found[0])};", safe_text(text))
