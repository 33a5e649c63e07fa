from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.azure_estate import OTHER, shop
from tests.support.azure_fake import AzureFake, Subscription, group


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[AzureFake]:
    """The shop, and a second subscription with one group, on pages of seven."""
    other = Subscription(OTHER, "Other", groups=[group(OTHER, "Spare")])
    with AzureFake(tmp_path, shop(), other, page=7) as started:
        yield started
