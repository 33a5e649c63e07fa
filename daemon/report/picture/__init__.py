"""Draws data paths: as Mermaid, as DOT, or as an SVG that needs nothing else."""

from daemon.report.picture.boxes import picture
from daemon.report.picture.dot import render_dot
from daemon.report.picture.mermaid import render_mermaid
from daemon.report.picture.svg import render_svg

__all__ = ["RENDERERS", "picture"]

RENDERERS = {"mermaid": render_mermaid, "dot": render_dot, "svg": render_svg}
