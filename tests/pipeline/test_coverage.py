"""What is no longer asked for, what cannot be asked at all, and what comes back, through the whole pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.cli.fail_on import changed
from daemon.notify.mail import subject
from daemon.store.keeping.portrait import portrait
from tests.support import pipeline
from tests.support.fault_proxy import FaultProxy
from tests.support.pipeline import EU, MAILER, US, Installation, Shop, told


@pytest.fixture
def home(proxy: FaultProxy, tmp_path: Path) -> Iterator[Installation]:
    with pipeline.installed(tmp_path, proxy.url) as home:
        yield home


def known(home: Installation) -> set[str]:
    """Urns of everything that AWS showed."""
    return {row[0] for row in home.rows_of("select urn from v1_resources where provider = 'aws'")}


def only_gaps(home: Installation, before: int, after: int) -> bool:
    return all(" gap: " in line for line in told(home.drift(before, after)))


def test_a_region_taken_out_of_the_settings_is_retired_without_drift(home: Installation, shop: Shop) -> None:
    shop.rich_day()
    home.cycle()
    (account,) = home.settings.model_dump(mode="json")["aws"]["accounts"]
    home.restart(aws={"accounts": [{**account, "regions": [EU]}]})
    home.cycle()
    coverage = home.coverage()
    assert {state.split(":")[0] for extent, state in coverage.items() if extent.endswith(US)} == {"retired"}
    assert {state for extent, state in coverage.items() if not extent.endswith(US)} == {"listed", "sighted"}
    assert told(home.drift()) == ["restated: data path checkout GET /risk/{id} reads public.profiles"]
    assert not any(f":{US}:" in urn for urn in known(home))
    assert home.rows_of("select * from v1_changes where action = 'removed'") == []


def test_a_region_that_comes_back_into_the_settings_adds_nothing(home: Installation, shop: Shop) -> None:
    shop.rich_day()
    home.cycle()
    before = known(home)
    (account,) = home.settings.model_dump(mode="json")["aws"]["accounts"]
    home.restart(aws={"accounts": [{**account, "regions": [EU]}]})
    home.cycle()
    home.restart(aws={"accounts": [{**account, "regions": [EU, US]}]})
    home.cycle()
    assert known(home) == before
    assert told(home.drift(1, 3)) == []
    assert told(home.drift()) == [f"newly visible: name {pipeline.PROFILES_DB}"]


def test_paths_that_first_spans_bring_to_light_are_told_in_full_and_are_no_news(
    home: Installation, shop: Shop
) -> None:
    """The clouds are looked at for weeks before anybody sends spans."""
    home.cycle()
    shop.rich_day()
    assert home.cycle().new_paths == 0
    drift = home.drift()
    assert {line.split(":")[0] for line in told(drift)} == {"newly visible path"}
    assert not drift.quiet
    assert not changed(drift)
    assert (drift.totals.visible_paths, drift.totals.restated) == (len(drift.visible_paths), 0)
    with home.database.reading() as connection:
        assert portrait(connection, 2)["changes_path_newly_visible"] == len(drift.visible_paths)
    report = home.report()
    assert "exposed: " in report
    assert "it came to light, and may be old" in " ".join(report.split())
    assert f"{drift.totals.visible_paths} newly visible PII path" in subject(drift)
    assert home.cycle().new_paths == 0
    assert told(home.drift()) == []


def test_a_first_snapshot_of_nothing_is_followed_by_a_baseline(tmp_path: Path) -> None:
    with pipeline.installed(tmp_path, "", aws={"accounts": []}) as home:
        assert home.cycle().extents == 0
        shop = Shop(home.traces_url)
        shop.plain_day()
        shop.close()
        home.cycle()
        drift = home.drift()
    assert drift.standing is not None
    assert drift.standing.resources["service"] > 0
    assert drift.restated == ()


@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("effect", ["denied", "expired"])
def test_an_account_that_cannot_be_identified_is_a_gap_and_nothing_is_removed_or_retired(
    home: Installation, shop: Shop, proxy: FaultProxy, effect: str, restarted: bool
) -> None:
    shop.rich_day()
    home.cycle()
    before, paths = known(home), home.paths()
    proxy.rule(service="sts", effect=effect)
    if restarted:
        home.restart()
    home.cycle()
    states = {
        extent: state.split(":")[0] for extent, state in home.coverage().items() if extent != "traces.flow"
    }
    assert "retired" not in states.values()
    assert set(states.values()) == {effect}
    assert known(home) == before
    assert home.paths() == paths
    assert home.third_parties() == {MAILER}
    assert only_gaps(home, 1, 2)
    proxy.clear()
    home.cycle()
    assert told(home.drift(1, 3)) == []
    assert only_gaps(home, 2, 3)
    assert known(home) == before


def test_when_everything_is_denied_the_snapshot_is_partial_and_only_spans_are_seen(
    home: Installation, shop: Shop, proxy: FaultProxy
) -> None:
    shop.rich_day()
    home.cycle()
    before = known(home)
    proxy.rule(effect="denied")
    assert home.cycle().state == "partial"
    assert known(home) == before
    assert only_gaps(home, 1, 2)
    proxy.clear()
    home.cycle()
    assert told(home.drift(1, 3)) == []


def test_when_nothing_at_all_is_seen_the_snapshot_is_failed_and_no_base_of_a_diff(
    home: Installation, proxy: FaultProxy
) -> None:
    home.cycle()
    before = known(home)
    proxy.rule(effect="denied")
    assert home.cycle().state == "failed"
    assert known(home) == before
    proxy.clear()
    outcome = home.cycle()
    assert (outcome.state, outcome.previous) == ("complete", 1)
    assert told(home.drift()) == []


def test_what_changes_behind_a_gap_is_told_when_it_heals(
    home: Installation, shop: Shop, proxy: FaultProxy, deployed: str
) -> None:
    """A gap keeps, it does not forget: what really went meanwhile is removed, what really came is added."""
    shop.plain_day()
    home.cycle()
    proxy.rule(service="sqs", region=EU, effect="denied")
    sqs = pipeline.client(deployed, "sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="orders-4")["QueueUrl"])
    sqs.create_queue(QueueName="orders-5")
    home.cycle()
    assert told(home.drift()) == [f"new gap: aws.sqs.queue {EU} denied"]
    proxy.clear()
    home.cycle()
    assert told(home.drift()) == [
        "+ aws.sqs.queue orders-5",
        "- aws.sqs.queue orders-4",
        f"healed gap: aws.sqs.queue {EU} denied",
    ]


def test_the_database_of_a_region_never_listed_is_no_third_party_and_keeps_its_path_when_it_is(
    home: Installation, shop: Shop, proxy: FaultProxy
) -> None:
    proxy.rule(service="rds", region=US, effect="denied")
    shop.rich_day()
    home.cycle()
    shown = "select data_class, valid_from, store from v1_data_paths where sink like '%profiles'"
    assert home.rows_of(shown) == [("user.government_id.national_identification_number", 1, "")]
    assert home.third_parties() == {MAILER}
    identity = home.rows_of("select count(*) from data_path")
    proxy.clear()
    home.cycle()
    ((_, since, store),) = home.rows_of(shown)
    assert (since, store) == (2, f"arn:aws:rds:{US}:{pipeline.ACCOUNT}:db:profiles-db")
    assert home.rows_of("select count(*) from data_path") == identity  # the same path, known better
    drift = home.drift()
    assert (drift.new_paths, drift.gone_paths, drift.totals.new_paths) == ((), (), 0)


def test_missing_credentials_make_gaps_that_say_what_to_do(
    home: Installation, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    shop.plain_day()
    assert home.cycle().state == "partial"
    (reason,) = {state for extent, state in home.coverage().items() if extent != "traces.flow"}
    assert reason.startswith("expired: no valid credentials were found: set profile or role_arn")
    assert "set profile or role_arn" in home.report()
