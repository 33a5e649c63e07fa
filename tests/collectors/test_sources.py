"""From settings to sources: each kind is made, who asks is said anew for each look, wrong names stop the start."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from collectors import sources
from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.lacks import LACKS
from config.errors import SecretError, SettingsError
from config.settings import Settings, compose
from tests.support import gcp_fake
from tests.support.azure_asking import account as azure_account
from tests.support.azure_fake import AzureFake, Rule, refusing
from tests.support.web_fake import web_fake


def settings(*pulls: Mapping[str, object], **sections: Any) -> Settings:
    return compose({"traces": {"pulls": list(pulls)}, **sections})


def test_every_kind_of_the_settings_is_made(tmp_path: Path) -> None:
    blocks = [
        {"name": kind, "kind": kind, **needs}
        for kind, needs in {
            "clickhouse": {"url": "https://a.example.com", "table": "otel.otel_traces"},
            "cloudtrace": {"project": "shop"},
            "insights": {"workspace": "w1"},
            "jaeger": {"url": "https://a.example.com"},
            "tempo": {"url": "https://a.example.com"},
            "xray": {"region": "eu-central-1"},
            "zipkin": {"url": "https://a.example.com"},
        }.items()
    ]
    assert {block["kind"] for block in blocks} == set(sources._KINDS)
    made = sources.pulls(settings(*blocks))
    assert [(pull.name, pull.source.kind) for pull in made] == [(b["name"], b["kind"]) for b in blocks]
    assert all(pull.source.kind in LACKS for pull in made)


def test_an_account_that_there_is_not_stops_the_start() -> None:
    with pytest.raises(SettingsError, match=r'traces.pulls: names the account "shop", but no block'):
        sources.pulls(settings({"name": "a", "kind": "xray", "account": "shop"}))


def test_a_secret_that_is_missing_stops_the_start() -> None:
    pull = {"name": "a", "kind": "jaeger", "url": "https://a.example.com", "token_file": "/missing/token"}
    with pytest.raises(SecretError):
        sources.pulls(settings(pull))


def test_who_asks_is_said_and_read_anew_for_each_look(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("one")
    with web_fake() as fake:
        fake.answers["/api/v2/traces"] = lambda _: []
        pull = {"name": "a", "kind": "zipkin", "url": fake.url, "token_file": str(token), "tenant": "shop"}
        [made] = sources.pulls(settings(pull))

        def look() -> None:
            list(made.source.steps("", time.monotonic() + 30))

        look()
        token.write_text("two")
        look()
        sent = [(asked.headers["authorization"], asked.headers["x-scope-orgid"]) for asked in fake.asked]
        assert sorted(set(sent)) == [("Bearer one", "shop"), ("Bearer two", "shop")]
        token.unlink()
        with pytest.raises(NotListed) as refused:
            look()
        assert refused.value.why is Why.EXPIRED


def test_user_and_password_are_sent(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("p:w")
    with web_fake() as fake:
        fake.answers["/base/api/v2/traces"] = lambda _: []
        pull = {
            "name": "a",
            "kind": "zipkin",
            "url": fake.url + "/base/",
            "username": "u",
            "password_file": str(password),
        }
        [made] = sources.pulls(settings(pull))
        list(made.source.steps("", time.monotonic() + 30))
        assert fake.asked[0].headers["authorization"] == "Basic " + base64.b64encode(b"u:p:w").decode()


def look(pull: Mapping[str, object], **sections: Any) -> None:
    [made] = sources.pulls(settings(pull, **sections))
    list(made.source.steps("", time.monotonic() + 30))


def test_application_insights_is_asked_with_the_tenants_own_token(tmp_path: Path) -> None:
    with AzureFake(tmp_path) as azure, web_fake() as fake:
        fake.answers["/v1/workspaces/w1/query"] = lambda _: {"tables": [{"columns": [], "rows": []}]}
        given = azure_account(azure)
        secret = tmp_path / "secret"
        secret.write_text(given.client_secret)
        tenant = {
            "name": "shop", "tenant": given.tenant, "client_id": given.client_id, "client_secret_file": str(secret),
            "authority": given.authority, "endpoint": given.endpoint, "ca_file": given.ca_file,
        }  # fmt: skip
        pull = {"name": "a", "kind": "insights", "url": fake.url, "workspace": "w1", "account": "shop"}
        look(pull, azure={"accounts": [tenant]})
        assert {asked.headers["authorization"] for asked in fake.asked} == {f"Bearer token-{azure.tokens}"}
        fake.answers["/v1/workspaces/w1/query"] = lambda _: 403
        with pytest.raises(
            NotListed, match=r"allow .*/workspaces/query/read on workspace w1; `driftline perm"
        ) as no:
            look(pull, azure={"accounts": [tenant]})
        assert no.value.why is Why.DENIED
        azure.rules.append(Rule("token", refusing("AADSTS7000222")))
        with pytest.raises(NotListed, match="client secret has expired"):
            look(pull, azure={"accounts": [tenant]})


def test_cloud_trace_is_asked_with_the_accounts_own_token(tmp_path: Path) -> None:
    with gcp_fake.fake(tmp_path) as google, web_fake() as fake:
        fake.answers["/v1/projects/shop/traces"] = lambda _: {}
        given = google.account()
        account = {
            "name": "shop", "scope": given.scope, "credentials_file": given.credentials_file,
            "endpoint": given.endpoint, "ca_file": given.ca_file,
        }  # fmt: skip
        look({"name": "a", "kind": "cloudtrace", "url": fake.url, "project": "shop", "account": "shop"},
             gcp={"accounts": [account]})  # fmt: skip
        assert fake.asked[0].headers["authorization"].startswith("Bearer ")
        fake.answers.clear()
        fake.failing = [(403, {})]
        with pytest.raises(NotListed, match=r"allow cloudtrace\.traces\.list on projects/shop"):
            look({"name": "a", "kind": "cloudtrace", "url": fake.url, "project": "shop", "account": "shop"},
                 gcp={"accounts": [account]})  # fmt: skip


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with AzureFake(tmp_path) as server:
        pull = {"name": "a", "kind": "zipkin", "url": server.url}
        with pytest.raises(NotListed, match=r"certificate of .* is not trusted"):
            look(pull)
        with pytest.raises(NotListed) as reached:
            look({**pull, "ca_file": str(server.ca_file)})
        assert "certificate" not in reached.value.detail
        missing = str(tmp_path / "missing.pem")
        with pytest.raises(NotListed, match="correct ca_file"):
            look({**pull, "ca_file": missing})
