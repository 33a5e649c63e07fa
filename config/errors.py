"""What can be wrong with settings, secrets and vocabularies.

ConfigError             anything below; the command line answers exit code 2
├── SettingsError       one or more faults in file, environment or command line, all at once
├── SecretError         a secret's file or credential is missing, unreadable or empty
└── VocabularyError     a vocabulary file that ships with the program is broken
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its place (`FILE:LINE`, an environment variable, ...), the key, what is wrong, what to do.

    `key` is dotted, as in `mail.port` or `ignore[0].reason`; "" when the fault is of the file as a whole.
    """

    place: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, self.key, self.message) if part)


class ConfigError(Exception):
    """Anything wrong in the settings contract."""


class SettingsError(ConfigError):
    """Settings that cannot be used. `problems`: every fault found, those of the file first, by line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = tuple(sorted(problems, key=_order))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SecretError(ConfigError):
    """A secret that cannot be read."""


class VocabularyError(ConfigError):
    """A vocabulary that cannot be read."""


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The most similar candidate; "" if none is similar."""
    return next(iter(difflib.get_close_matches(word, list(candidates), n=1, cutoff=0.6)), "")


def _order(problem: Problem) -> tuple[bool, str, int]:
    file, _, line = problem.place.rpartition(":")
    return (False, file, int(line)) if line.isdigit() else (True, problem.place, 0)
