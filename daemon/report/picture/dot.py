"""Writes a picture in the DOT language (https://graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from daemon.report.safe_text import safe_text
from daemon.values.picture import Kind, Picture

_STYLES = {
    Kind.INTERNET: 'shape=ellipse, fillcolor="#1f2937", color="#1f2937", fontcolor="#ffffff"',
    Kind.OPERATION: 'shape=box, fillcolor="#eef2ff", color="#6366f1"',
    Kind.TOPIC: 'shape=cds, fillcolor="#fffbeb", color="#d97706"',
    Kind.TABLE: 'shape=cylinder, fillcolor="#ecfdf5", color="#059669"',
    Kind.THIRD_PARTY: 'shape=hexagon, fillcolor="#fff1f2", color="#e11d48"',
}


def render_dot(picture: Picture) -> str:
    """A directed graph from left to right, ending in a newline."""
    names = {box.key: f"n{number}" for number, box in enumerate(picture.boxes)}
    rows = [
        "digraph paths {",
        f"  graph [rankdir=LR, label={_quoted(picture.title)}, fontname=Helvetica];",
        '  node [style="filled,rounded", fontname=Helvetica, fontsize=11];',
        "  edge [fontname=Helvetica, fontsize=9];",
    ]
    for box in picture.boxes:
        label = _quoted(box.title, box.subtitle, *box.chips)
        style = _STYLES[box.kind]
        rows.append(f"  {names[box.key]} [label={label}, {style}];")
    for arrow in picture.arrows:
        border = f"border {arrow.border}" if arrow.border else ""
        style = ', color="#dc2626", penwidth=2' if arrow.border else ""
        dashed = "" if arrow.observed else ", style=dashed"
        label = _quoted(arrow.verb, arrow.evidence, border)
        rows.append(f"  {names[arrow.source]} -> {names[arrow.target]} [label={label}{style}{dashed}];")
    return "\n".join([*rows, "}"]) + "\n"


def _quoted(*lines: str) -> str:
    """A quoted string of several lines: what DOT would take for an escape is one itself."""
    said = (safe_text(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines if line)
    return '"' + "\\n".join(said) + '"'
