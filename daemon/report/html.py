"""Renders reports as one HTML page that mail clients can show: no script, no remote content, bounded size."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from daemon.report import wording
from daemon.report.outline import Outline, left_out, outline, shorten
from daemon.report.safe_text import safe_text
from daemon.values.drift import Drift

LINES = 50
MOST_BYTES = 100_000


def render_html(drift: Drift, *, limit: int = LINES, notice: str = "") -> str:
    """The page, under 100 KB: the first `limit` lines, fewer if they are long, and the totals.

    `notice`: a sentence above the report.
    """
    whole = outline(drift)
    while True:
        page = html_of(shorten(whole, limit), installation=drift.installation, notice=notice)
        if len(page.encode()) < MOST_BYTES or not limit:
            return page
        limit //= 2


def html_of(report: Outline, *, installation: str, notice: str = "") -> str:
    """An outline as a page."""
    return _ENVIRONMENT.get_template("report.html").render(
        report=report,
        installation=wording.clipped(installation, 60),
        notice=notice,
        left_out=left_out(report) if report.left_out else "",
    )


def _shown(value: object) -> object:
    """The render border: what the template wrote stays, what came from outside is made safe."""
    return value if isinstance(value, Markup) else safe_text(str(value))


_ENVIRONMENT = Environment(
    loader=PackageLoader("daemon.report"),
    autoescape=True,
    finalize=_shown,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
