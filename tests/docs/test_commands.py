"""docs/commands.md says what the commands take, and with which codes they end."""

from __future__ import annotations

from daemon.cli import COMMANDS, document, exits, foreseen


def test_the_page_is_what_the_commands_are() -> None:
    assert document.main(["--check"]) == 0


def test_every_command_is_there() -> None:
    page = document.document()
    assert [name for name in COMMANDS if f"\n## `driftline {name}" not in page] == []


def test_every_argument_and_option_says_what_it_is() -> None:
    empty = [
        line for line in document.document().splitlines() if line.startswith("| `") and line.endswith("|  |")
    ]
    assert empty == []


def test_every_exit_code_of_an_error_has_a_meaning() -> None:
    assert {code for _, code in foreseen._CODES} | {
        exits.CREDENTIALS,
        exits.DAMAGED,
        exits.DRIFT,
        exits.GAPS,
        exits.BOTH,
        0,
    } == set(exits.MEANINGS)
