"""What README and the operators' guide tell readers to type works, in this order, in a fresh checkout."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from config.settings import compose
from tests.support.pages import ROOT, Block, Reader, blocks, missing

README, GUIDE = "README.md", "docs/operating.md"
GUIDES = (GUIDE, "docs/flows.md", "docs/commands.md")
PAGES = sorted(
    ["README.md", "CHANGELOG.md", "DECISIONS.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
)


@pytest.mark.parametrize("block", blocks(README, "sh", "toml"), ids=lambda block: block.text.split("\n")[0])
def test_what_readme_tells_to_type_works(reader: Reader, block: Block) -> None:
    if block.language == "toml":
        (reader.folder / "driftline.toml").write_text(block.text)
    elif not block.reason and block.text != "make demo\n":  # the reader has seen the demo
        run = reader.types(block.text)
        assert run.returncode == 0, run.stderr
        assert run.stdout


@pytest.mark.parametrize(
    "block",
    [each for page in GUIDES for each in blocks(page, "sh", "text") if not each.reason],
    ids=lambda block: f"{Path(block.page).stem}-{block.text.split(chr(10))[0]}",
)
def test_what_the_guides_tell_to_type_works_and_answers_as_they_show(reader: Reader, block: Block) -> None:
    if block.language == "text":
        assert missing(block.text, reader.told) == "", reader.told
        return
    reader.environment["DRIFTLINE_CONFIG"] = "demo-output/driftline.toml"
    run = reader.types(block.text)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    "block",
    [each for page in (README, *GUIDES) for each in blocks(page, "toml")],
    ids=lambda block: f"{Path(block.page).stem}-{block.text.split(chr(10))[0]}",
)
def test_settings_that_the_guides_show_are_good(block: Block) -> None:
    assert compose(tomllib.loads(block.text))


def test_what_a_page_shows_and_nobody_told_would_be_noticed() -> None:
    told = "a   [12345678]\nb\nc\n"
    assert missing("a\nc\n", told) == ""
    assert missing("b\na\n", told) == "a"
    assert missing("a\nd\n", told) == "d"


def test_a_command_that_fails_would_be_noticed(reader: Reader) -> None:
    assert reader.types("driftline diff 1 99").returncode == 3
    assert reader.types("driftline paths --nwe\ntrue").returncode == 2


def test_the_report_in_readme_is_what_the_demo_tells(reader: Reader) -> None:
    [shown] = blocks(README, "text")
    told = (reader.folder / "demo-output" / "report.txt").read_text()
    assert missing(shown.text, told) == "", "not in the report, or not in this order"


def test_reasons_for_not_executing_a_block_are_few() -> None:
    left_out = [block for page in PAGES for block in blocks(page, "sh") if block.reason]
    assert len(left_out) <= 12


def test_settings_in_readme_are_good(reader: Reader) -> None:
    [block] = blocks(README, "toml")
    assert set(tomllib.loads(block.text)) == {"driftline", "aws", "traces", "mail"}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in t]
    named = re.findall(r"`((?:docs|config|daemon|collectors|systemd|tests)/[\w./-]*)`", text)
    missing = [t for t in targets if not ((ROOT / page).parent / t).exists()]
    missing += [n for n in named if not (ROOT / n).exists()]
    assert missing == []


def test_events_that_the_guide_names_are_logged() -> None:
    sentence = re.search(r"stable event names: (.*?)\. ", (ROOT / GUIDE).read_text(), re.DOTALL)
    assert sentence is not None
    source = "".join(path.read_text() for path in Path(ROOT, "daemon").rglob("*.py"))
    names = re.findall(r"`(\w+)`", sentence[1])
    assert len(names) >= 4
    assert [name for name in names if f'"{name}"' not in source] == []


def test_every_state_of_a_gap_has_advice() -> None:
    from collectors.model import Why

    told = re.findall(r"^\| (\w+) \|", (ROOT / GUIDE).read_text(), re.MULTILINE)
    assert [str(why) for why in Why if str(why) not in told] == []
