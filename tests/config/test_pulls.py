"""What each kind of source must be told, and what means nothing to it."""

from __future__ import annotations

import pytest

from config.errors import SettingsError
from config.settings import compose


def pull(**given: object) -> None:
    compose({"traces": {"pulls": [{"name": "a", **given}]}})


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "xray"},
        {"kind": "jaeger", "url": "https://jaeger.example.com", "services": ["shop"], "token_file": "token"},
        {"kind": "zipkin", "url": "http://127.0.0.1:9411", "username": "u", "password_file": "p"},
        {"kind": "tempo", "url": "https://tempo.example.com", "tenant": "shop", "query": "{}"},
        {"kind": "clickhouse", "url": "http://ch.example.com:8123", "table": "otel.otel_traces"},
        {"kind": "insights", "workspace": "w"},
        {"kind": "cloudtrace", "project": "p"},
    ],
)
def test_what_a_kind_needs_is_enough(given: dict[str, object]) -> None:
    pull(**given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "jaeger"}, 'url: is needed for kind = "jaeger"'),
        ({"kind": "cloudtrace"}, "project: is needed"),
        ({"kind": "insights", "workspace": "w", "region": "x"}, "region: means nothing"),
        (
            {"kind": "zipkin", "url": "http://zipkin.example.com", "token_file": "t"},
            "url: must begin with https://",
        ),
        ({"kind": "tempo", "url": "https://t.example.com", "username": "u"}, "password_file: is needed"),
        (
            {"kind": "clickhouse", "url": "https://t.example.com", "table": "a; drop"},
            "table: must be a table's name",
        ),
        ({"kind": "elastic"}, "kind"),
    ],
)
def test_what_does_not_fit_is_said(given: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        pull(**given)
    assert words in str(refused.value)


def test_a_name_is_used_once_and_a_path_is_absolute() -> None:
    place = {"name": "a", "path": "/spans"}
    with pytest.raises(SettingsError, match='use the name "a" more than once'):
        compose({"traces": {"imports": [place], "pulls": [{"name": "a", "kind": "xray"}]}})
    with pytest.raises(SettingsError, match="must be an absolute path"):
        compose({"traces": {"imports": [{**place, "path": "spans"}]}})
    with pytest.raises(SettingsError, match="path names none"):
        compose({"traces": {"imports": [{**place, "account": "shop"}]}})
