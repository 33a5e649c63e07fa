from __future__ import annotations

from pathlib import Path

from collectors.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "resource-types.md"


def test_the_reference_of_resource_types_is_fresh() -> None:
    assert PAGE.read_text() == reference(), "python -m collectors.reference > docs/resource-types.md"
