"""`driftline operations`, and what declarations add to reports and explanations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from config.settings import Settings
from config.shape import Declaration
from tests.support.command_line import CommandLine
from tests.support.golden import Golden
from tests.support.prepared import Home

CHECKOUT = """\
openapi: 3.0.0
paths:
  /orders/{orderId}:
    get:
      responses: {'200': {content: {application/json: {schema: {properties: {status: {}, full_name: {}}}}}}}
  /orders:
    post: {responses: {}}
"""


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


def config_of(folder: Path, home: Home) -> Path:
    file = folder / "asked.toml"
    file.write_text(
        f'[driftline]\nstate_directory = "{home.folder}"\n[traces]\nenabled = false\n'
        'public_operations = ["accounts *"]\n'
    )
    return file


class Declaring(Home):
    """An installation whose settings name a document for each service."""

    @property
    def settings(self) -> Settings:
        """With checkout's and accounts' documents, and a broken one."""
        named = (("checkout", "checkout.yaml"), ("accounts", "accounts.json"), ("payments", "payments.json"))
        blocks = tuple(
            Declaration(service=service, environment="prod", file=str(self.folder.parent / file))
            for service, file in named
        )
        return super().settings.model_copy(update={"declared": blocks})


def declared(folder: Path) -> Home:
    """The shop of two days; on the second, accounts is heard, which declares something else than it does."""
    (folder / "checkout.yaml").write_text(CHECKOUT)
    (folder / "accounts.json").write_text('{"openapi": "3.0.0", "paths": {"/health": {"get": {}}}}')
    (folder / "payments.json").write_text('{"openapi": "3.0.0",\n "paths": []}')
    home = Declaring(folder / "state")
    for day in (0, 1):
        home.hear(day)
        home.cycle(day)
    return home


def test_what_is_seen_and_what_is_declared_are_both_shown(
    tmp_path: Path, line: CommandLine, golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    config = config_of(tmp_path, declared(tmp_path))
    capsys.readouterr()
    said = line(config, "operations")
    assert (said.code, said.error) == (0, "")
    golden.check("operations.txt", re.sub(r"seen \d.*Z", "seen THEN", said.output))
    for option, names in (("--unseen", ["GET /health", "POST /orders"]), ("--undeclared", ["GET /profile"])):
        told = json.loads(line(config, "operations", option, "--json").output)["data"]
        assert [each["name"] for each in told] == names
    assert "0 seen and not declared" in line(config, "operations", "nobody").output


def test_a_broken_document_is_a_gap_and_the_others_are_read(
    tmp_path: Path, line: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    config = config_of(tmp_path, declared(tmp_path))
    capsys.readouterr()
    told = " ".join(line(config, "coverage").output.split())
    assert "payments.json:2: #/paths is not a mapping of paths" in told
    assert "checkout.yaml:" not in told


def test_a_declared_answer_says_what_a_path_returns(
    tmp_path: Path, line: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    config = config_of(tmp_path, declared(tmp_path))
    capsys.readouterr()
    said = line(config, "explain", "GET /orders/{id}")
    assert said.code == 0, said.error
    assert "returns what it reads declared field full_name: column" in " ".join(said.output.split())


def test_a_new_operation_that_is_not_declared_is_told_if_it_is_public(
    tmp_path: Path, line: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    config = config_of(tmp_path, declared(tmp_path))
    capsys.readouterr()
    told = " ".join(line(config, "diff", "1", "2").output.split())
    assert "seen, not declared (shadow API)" in told


FRONT = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec:
  ingressClassName: nginx
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /orders, pathType: Prefix, backend: {service: {name: checkout}}}
      - {path: /unused, pathType: Prefix, backend: {service: {name: checkout}}}
      - {path: /elsewhere, pathType: Prefix, backend: {service: {name: nobody}}}
"""


class Fronted(Home):
    """An installation whose settings name an ingress."""

    @property
    def settings(self) -> Settings:
        """With the manifest, and no service named."""
        block = Declaration(service="", environment="prod", file=str(self.folder.parent / "front.yaml"))
        return super().settings.model_copy(update={"declared": (block,)})


def test_an_ingress_is_an_entry_of_what_it_lets_in_and_its_changes_are_told(
    tmp_path: Path, line: CommandLine, golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Fronted(tmp_path / "state")
    for day, text in enumerate((FRONT, FRONT.replace("/unused", "/profile"))):
        (tmp_path / "front.yaml").write_text(text)
        home.hear(day)
        home.cycle(day)
    config = config_of(tmp_path, home)
    capsys.readouterr()
    said = line(config, "operations")
    assert (said.code, said.error) == (0, "")
    golden.check("operations_ingress.txt", re.sub(r"seen \d.*Z", "seen THEN", said.output))
    report = " ".join(line(config, "report").output.split())
    assert "shop/front routes to shop/checkout" in report
    assert "operations - ANY /unused/**; operations + ANY /profile/**" in report
    assert "configuration states it otherwise than at the snapshot before" in report


def test_that_nothing_is_declared_is_said_with_what_declares(tmp_path: Path, line: CommandLine) -> None:
    home = Home(tmp_path / "state")
    home.hear(0)
    home.cycle(0)
    said = " ".join(line(config_of(tmp_path, home), "operations").output.split())
    assert "none is declared; [[declared]] in the settings names" in said
    assert "not declared" not in said
