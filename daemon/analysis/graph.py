"""Moved to daemon.values.graph."""

from daemon.values.graph import *  # noqa: F403
