"""The disk fills up: what is stored stays, nobody is told twice, and the daemon goes on when there is room."""

from __future__ import annotations

import json
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.matrix import ROOT
from tests.support.mail_server import MailServer, mail_server

SIZE = "16m"
MOUNT = ("unshare", "--mount", "sh", "-c")


def mountable(folder: Path) -> bool:
    """Whether this user may have a small file system of its own."""
    try:
        script = f"mount -t tmpfs -o size={SIZE} tmpfs {folder}"
        return subprocess.run([*MOUNT, script], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, dict[str, Any]], MailServer]:
    folder = tmp_path_factory.mktemp("small")
    how = "tmpfs" if mountable(folder) else "limit"
    with mail_server(tmp_path_factory.mktemp("mail"), security="none") as server:
        command = [sys.executable, "-m", "tests.reliability.small_disk", str(folder), how, str(server.port)]
        if how == "tmpfs":
            script = f'mount -t tmpfs -o size={SIZE} tmpfs {folder} && exec "$@"'
            command = [*MOUNT, script, "sh", *command]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return {moment["what"]: moment for moment in json.loads(done.stdout)}, server


Story = tuple[dict[str, dict[str, Any]], MailServer]


def test_mails_wait_until_it_can_be_noted_that_they_left(story: Story) -> None:
    seen, server = story
    assert seen["mailing without room"]["sent"] == 0
    assert seen["mailing without room"]["health"].startswith("degraded: deliveries: database sqlite:///")
    told = [message_from_bytes(mail.content)["Message-ID"] for mail in server.received]
    assert len(told) >= 2
    assert len(told) == len(set(told)), "somebody was told twice"


def test_a_snapshot_without_room_is_absent_and_the_daemon_says_so(story: Story) -> None:
    seen, _ = story
    moment = seen["committing without room"]
    assert (moment["snapshots"], moment["published"]) == (1, 1)
    assert "cycle: " in moment["health"]
    assert any(
        advice in moment["health"] for advice in ("Free some room", "system's log", "Check the folder's room")
    )


def test_it_goes_on_without_a_restart_when_there_is_room(story: Story) -> None:
    seen, _ = story
    moment = seen["room again"]
    assert (moment["snapshots"], moment["published"], moment["health"]) == (2, 2, "ok")
    assert moment["sent"] >= 2


def test_a_copy_without_room_is_made_later_and_the_old_one_stays(story: Story) -> None:
    seen, _ = story
    assert seen["publishing without room"]["published"] == 2
    assert seen["publishing without room"]["health"].startswith("degraded: publish: ")
    last = seen["room at last"]
    assert (last["snapshots"], last["published"], last["health"], last["damage"]) == (3, 3, "ok", "")
