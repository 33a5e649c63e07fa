"""The codes that commands end with, and what each means to an operator."""

from __future__ import annotations

RUN_TIME, USAGE, NOT_FOUND, CREDENTIALS, RUNNING, DAMAGED = 1, 2, 3, 4, 5, 6
DRIFT, GAPS = 10, 11
BOTH = 12

MEANINGS = {
    0: "done",
    RUN_TIME: "it failed while running; the message says what, where and what to do",
    USAGE: "the command line or the settings are wrong; nothing was done",
    NOT_FOUND: "there is no such database, snapshot, resource or delivery",
    CREDENTIALS: "nothing could be listed, because credentials or permissions are missing",
    RUNNING: "another process writes this database: the daemon, or another `driftline collect`",
    DAMAGED: "what is stored is not what was committed: `driftline snapshots verify` names the first snapshot",
    DRIFT: "`--fail-on drift`: something changed",
    GAPS: "`--fail-on gaps`: something was not observed",
    BOTH: "`--fail-on drift,gaps`: both",
}
"""What an operator reads about each code that a command can end with."""
