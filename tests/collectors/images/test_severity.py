from __future__ import annotations

import pytest

from collectors.images.severity import base_score, word_of


@pytest.mark.parametrize(
    ("vector", "score"),
    [  # as the vendors' own records state them
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),  # CVE-2021-44228
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H", 9.0),  # CVE-2021-45046
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5),
        ("CVSS:3.1/AV:N/AC:H/PR:H/UI:N/S:U/C:H/I:H/A:H", 6.6),  # CVE-2021-44832
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N", 3.3),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0),
    ],
)
def test_the_base_score_is_the_specifications(vector: str, score: float) -> None:
    assert base_score(vector) == score


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "7.5",
        "AV:N/AC:L/Au:N/C:P/I:P/A:P",
        "CVSS:4.0/AV:N/AC:L",
        "CVSS:3.1/AV:N",
        "CVSS:3.1/" + "A" * 9999,
    ],
)
def test_another_vector_has_no_score(vector: str) -> None:
    assert base_score(vector) is None


@pytest.mark.parametrize(
    ("published", "score", "word"),
    [
        ("MODERATE", None, "medium"),
        ("CRITICAL", 1.0, "critical"),
        ("", 9.0, "critical"),
        ("", 7.0, "high"),
        ("", 4.0, "medium"),
        ("", 0.1, "low"),
        ("", 0.0, "none"),
        ("", None, "unknown"),
        ("not yet assigned", None, "unknown"),
    ],
)
def test_the_publishers_word_comes_first(published: str, score: float | None, word: str) -> None:
    assert word_of(published, score) == word
