"""Moved to daemon.values.drift."""

from daemon.values.drift import *  # noqa: F403
