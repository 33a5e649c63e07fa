"""What the licences paragraph of DECISIONS.md says of our dependencies is what their metadata says."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata

from tests.support.pages import ROOT

PERMISSIVE = re.compile(r"MIT|BSD|Apache|PSF|ISC|Python Software Foundation")
WEAK_COPYLEFT = {"hypothesis": "MPL", "orjson": "MPL", "psycopg": "LGPL", "publicsuffixlist": "MPL"}
"""Direct dependencies that are not merely permissive; DECISIONS.md says for each why it is fine."""


def licence(distribution: metadata.Distribution) -> str:
    about = distribution.metadata
    said = (
        about.get("License-Expression"),
        (about.get("License") or "")[:200],
        *(about.get_all("Classifier") or ()),
    )
    return " ".join(each for each in said if each and (not each.count("::") or each.startswith("License")))


def direct() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"]]
    for group in (
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ):
        asked += group
    installed = [each for each in asked if "sys_platform" not in each]
    return sorted({re.split(r"[\[<>=!~; ]", each)[0].lower() for each in installed} - {"driftline"})


def test_every_direct_dependency_is_permissive_or_named() -> None:
    said = {name: licence(metadata.distribution(name)) for name in direct()}
    restrictive = {name for name, text in said.items() if not PERMISSIVE.search(text) or "MPL" in text}
    assert restrictive == set(WEAK_COPYLEFT)
    assert all(WEAK_COPYLEFT[name] in said[name] for name in restrictive)


def test_no_dependency_at_all_is_under_the_gpl() -> None:
    strict = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|GNU (Affero )?General Public")
    found = {d.metadata["Name"]: licence(d) for d in metadata.distributions()}
    assert len(found) > 50
    assert {name: text for name, text in found.items() if strict.search(text)} == {}


def test_the_paragraph_names_each_exception() -> None:
    text = (ROOT / "DECISIONS.md").read_text()
    paragraph = text.partition("## Licences of dependencies")[2].partition("\n## ")[0]
    assert [name for name in WEAK_COPYLEFT if name not in paragraph] == []
