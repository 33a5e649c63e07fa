"""Draws a picture as an SVG document that holds everything it needs: no script, no font, no other file."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from daemon.report.picture.labels import Label, spread
from daemon.report.picture.layout import Point, place
from daemon.report.safe_text import safe_text
from daemon.values.picture import Arrow, Box, Kind, Picture

WIDTH, GAP, SPACE, MARGIN, HEAD = 236.0, 150.0, 30.0, 36.0, 54.0
_LINE, _CHIP, _PAD = 17.0, 24.0, 12.0
_TITLE_SIZE, _TEXT_SIZE, _CHIP_SIZE, _LABEL_SIZE, _EVIDENCE_SIZE = 14.0, 12.0, 11.0, 11.0, 10.0
_BOLD = 1.12
"""How much wider bold letters are."""
_ROOM = WIDTH - 2 * _PAD

# Fill, line, text.
_COLOURS = {
    Kind.INTERNET: ("#1f2937", "#111827", "#ffffff"),
    Kind.OPERATION: ("#eef2ff", "#818cf8", "#1e1b4b"),
    Kind.TOPIC: ("#fffbeb", "#f59e0b", "#451a03"),
    Kind.TABLE: ("#ecfdf5", "#10b981", "#022c22"),
    Kind.THIRD_PARTY: ("#fff1f2", "#fb7185", "#4c0519"),
}
_PLAIN, _CROSSING = "#64748b", "#dc2626"
_STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}"
    ".label{paint-order:stroke;stroke:#ffffff;stroke-width:4px;stroke-linejoin:round}"
)


def render_svg(picture: Picture) -> str:
    """The document, ending in a newline. What does not fit a box is shortened; its whole text is in the title."""
    boxes = {box.key: box for box in picture.boxes}
    layout = place(
        {box.key: _height(box) for box in picture.boxes},
        [(arrow.source, arrow.target) for arrow in picture.arrows],
        width=WIDTH,
        gap=GAP,
        space=SPACE,
        margin=MARGIN,
    )
    width, height = max(layout.width, 420.0), layout.height + HEAD
    size = f'width="{width:.0f}" height="{height:.0f}"'
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        f"<title>{_text(picture.title)}</title>",
        f"<style>{_STYLE}</style>",
        "<defs>",
        *(_head(name, colour) for name, colour in (("plain", _PLAIN), ("crossing", _CROSSING))),
        "</defs>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        _said(MARGIN, 34, picture.title, 16, "#0f172a", weight=600),
        _legend(width),
        f'<g transform="translate(0 {HEAD - 14:.0f})">',
    ]
    arrows = [(arrow, layout.arrows[arrow.source, arrow.target]) for arrow in picture.arrows]
    rows += [_arrow(arrow, points) for arrow, points in arrows]
    rows += [_box(boxes[key], *corner) for key, corner in sorted(layout.boxes.items())]
    middles = spread({arrow: _label(arrow, points) for arrow, points in arrows})
    rows += [_labelled(arrow, middles[arrow]) for arrow, _ in arrows]
    return "\n".join([*rows, "</g>", "</svg>"]) + "\n"


def _height(box: Box) -> float:
    lines = 1 + bool(box.subtitle)
    return 2 * _PAD + lines * _LINE + len(box.chips) * _CHIP + (4 if box.chips else 0)


def _box(box: Box, x: float, y: float) -> str:
    fill, line, ink = _COLOURS[box.kind]
    height = _height(box)
    radius = height / 2 if box.kind is Kind.INTERNET else 10
    whole = "\n".join((box.title, box.subtitle, *box.chips)) if box.subtitle else box.title
    rows = [
        "<g>",
        f"<title>{'&#10;'.join(_text(each) for each in whole.splitlines() if each)}</title>",
        _rect(x, y, WIDTH, height, radius, f'fill="{fill}" stroke="{line}" stroke-width="1.5"'),
    ]
    if box.kind is not Kind.INTERNET:
        rows.append(_rect(x, y + 10, 4, height - 20, 2, f'fill="{line}"'))
    at = y + _PAD + 12
    if box.kind is Kind.INTERNET:
        rows.append(_said(x + WIDTH / 2, at + 1, box.title, _TITLE_SIZE, ink, weight=600, anchor="middle"))
    else:
        rows.append(_said(x + _PAD, at, _cut(box.title, _TITLE_SIZE), _TITLE_SIZE, ink, weight=600))
    if box.subtitle:
        at += _LINE
        rows.append(_said(x + _PAD, at, _cut(box.subtitle, _TEXT_SIZE), _TEXT_SIZE, ink, opacity=0.75))
    for chip in box.chips:
        at += _CHIP
        shown = _chip(chip)
        wide = _wide(shown, _CHIP_SIZE) + 16
        rows.append(_rect(x + _PAD, at - 12, wide, 19, 9.5, f'fill="#ffffff" stroke="{line}"'))
        rows.append(_said(x + _PAD + 8, at + 1.5, shown, _CHIP_SIZE, ink))
    return "".join([*rows, "</g>"])


def _chip(text: str) -> str:
    """`email: user.contact.email`; where that is too long, the class without its more general parts."""
    room = _ROOM - 16
    columns, _, name = text.rpartition(": ")
    shown = text
    while _wide(safe_text(shown), _CHIP_SIZE) > room and "." in name:
        name = name.partition(".")[2]
        shown = f"{columns}: …{name}"
    return _cut(shown, _CHIP_SIZE, room)


def _arrow(arrow: Arrow, points: Sequence[Point]) -> str:
    colour, head = (_CROSSING, "crossing") if arrow.border else (_PLAIN, "plain")
    wide = 2.2 if arrow.border else 1.5
    dashed = "" if arrow.observed else ' stroke-dasharray="6 4"'
    return (
        f'<path d="{_curve(points)}" fill="none" stroke="{colour}" stroke-width="{wide}"{dashed} '
        f'marker-end="url(#{head})"/>'
    )


def _curve(points: Sequence[Point]) -> str:
    """From point to point, leaving and arriving level."""
    (x, y), *rest = points
    said = [f"M{x:.1f} {y:.1f}"]
    for there, level in rest:
        middle = (x + there) / 2
        said.append(f"C{middle:.1f} {y:.1f} {middle:.1f} {level:.1f} {there:.1f} {level:.1f}")
        x, y = there, level
    return " ".join(said)


def _label(arrow: Arrow, points: Sequence[Point]) -> Label:
    """How much room what the arrow says takes, over the gap before its target: there it lies on no box."""
    wide = max(_wide(said, size) * _BOLD for said, size in _words(arrow)) + (20 if arrow.border else 0)
    return Label(wide, 38.0 if arrow.border else 16.0, 17.0 if arrow.evidence else 1.0, points)


def _words(arrow: Arrow) -> tuple[tuple[str, float], ...]:
    """The lines of a label and their sizes: verb, evidence, border."""
    border = arrow.border.replace("->", "→")
    lines = ((arrow.verb, _LABEL_SIZE), (arrow.evidence, _EVIDENCE_SIZE), (border, _LABEL_SIZE))
    return tuple((_cut(said, size, GAP - 34), size) for said, size in lines)


def _labelled(arrow: Arrow, middle: Point) -> str:
    x, y = middle
    (verb, size), (evidence, small), (border, _) = _words(arrow)
    rows = [_said(x, y - 5, verb, size, "#334155", weight=600, anchor="middle", halo=True)]
    if evidence:
        rows.append(_said(x, y + 13, evidence, small, "#64748b", anchor="middle", halo=True))
    if border:
        wide = _wide(border, size) * _BOLD + 20
        rows.append(_rect(x - wide / 2, y - 36, wide, 18, 9, f'fill="{_CROSSING}"'))
        rows.append(_said(x, y - 23, border, size, "#ffffff", weight=600, anchor="middle"))
    return "".join(rows)


def _legend(width: float) -> str:
    entries = (("observed", _PLAIN, ""), ("possible", _PLAIN, "6 4"), ("crosses a border", _CROSSING, ""))
    x = width - MARGIN - sum(_wide(name, 11) + 52 for name, _, _ in entries) + 16
    rows = []
    for name, colour, dashes in entries if x > 260 else ():
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        rows.append(
            f'<path d="M{x:.1f} 29h24" stroke="{colour}" stroke-width="2" fill="none"{dashed}/>'
            + _said(x + 30, 33, name, 11, "#475569")
        )
        x += _wide(name, 11) + 52
    return "".join(rows)


def _rect(x: float, y: float, width: float, height: float, radius: float, look: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius:g}" {look}/>'


def _head(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
    )


def _said(
    x: float,
    y: float,
    text: str,
    size: float,
    ink: str,
    *,
    weight: int = 400,
    anchor: str = "start",
    opacity: float = 1.0,
    halo: bool = False,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{ink}"'
        + (f' font-weight="{weight}"' if weight != 400 else "")
        + (f' text-anchor="{anchor}"' if anchor != "start" else "")
        + (f' opacity="{opacity:g}"' if opacity != 1 else "")
        + (' class="label"' if halo else "")
        + f">{_text(text)}</text>"
    )


def _text(text: str) -> str:
    return escape(safe_text(text))


def _wide(text: str, size: float) -> float:
    """About how wide a text is in the usual fonts."""
    narrow = sum(each in "iljtf.,:;'|!()[]{} /" for each in text)
    broad = sum(each in "mwMW@%" or ord(each) > 0x1100 for each in text)
    return size * (0.61 * len(text) - 0.25 * narrow + 0.32 * broad)


def _cut(text: str, size: float, room: float = _ROOM) -> str:
    said = safe_text(text)
    if _wide(said, size) <= room:
        return said
    while said and _wide(said + "…", size) > room:
        said = said[:-1]
    return said + "…"
