"""The cookbook: questions that operators ask, as queries of the public views that run alike on both engines."""

from __future__ import annotations

from daemon.store.public.question import Question
from daemon.store.public.questions.changes import CHANGES
from daemon.store.public.questions.estate import ESTATE
from daemon.store.public.questions.paths import PATHS
from daemon.store.public.questions.sight import SIGHT

COOKBOOK = (*PATHS, *CHANGES, *ESTATE, *SIGHT)


def question(name: str) -> Question | None:
    """The question of this name."""
    return next((each for each in COOKBOOK if each.name == name), None)
