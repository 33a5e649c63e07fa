"""Moved to daemon.values.path."""

from daemon.values.path import *  # noqa: F403
