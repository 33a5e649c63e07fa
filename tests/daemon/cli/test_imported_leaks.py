"""Personal values in imported files: told by a report, and in no file that the daemon writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import leaking
from tests.support.command_line import CommandLine
from tests.support.prepared import Home

FORMS = (leaking.zipkin, leaking.jaeger, leaking.xray, leaking.cloudtrace, leaking.insights)


@pytest.mark.parametrize("form", FORMS, ids=[each.__name__ for each in FORMS])
def test_what_was_met_is_reported_and_no_value_of_it_is_anywhere(
    form: Callable[[], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = CommandLine(monkeypatch, capsys)
    home = Home(tmp_path / "state")
    config, file = tmp_path / "driftline.toml", tmp_path / "spans.json"
    config.write_text(f'[driftline]\nstate_directory = "{home.folder}"\n[traces]\nenabled = false\n')
    file.write_text(json.dumps(form()))
    home.hear(0)
    home.cycle(0)
    imported = line(config, "traces", "import", str(file))
    assert (imported.code, imported.error) == (0, "")
    home.cycle(1)
    said = [
        *(line(config, "report", "--baseline", "--format", each).output for each in ("text", "json", "html")),
        imported.output,
    ]
    for kind, attribute in (("email", "url.full"), ("iban", "iban"), ("user-id", "user.id")):
        assert all(kind in each and attribute in each for each in said[:3])
    written = [each.read_bytes() for each in sorted(tmp_path.rglob("*")) if each.is_file() and each != file]
    assert any(b"url.full" in each for each in written)
    for value in (leaking.EMAIL, leaking.CARD, leaking.IBAN, leaking.USER, "canary"):
        assert value not in "".join(said)
        assert not any(value.encode() in each for each in written)
