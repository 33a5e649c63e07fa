from __future__ import annotations

import pytest

from collectors.images.versions import Incomparable, compare, less


@pytest.mark.parametrize(
    ("kind", "in_order"),
    [
        ("maven", ["2.0-beta9", "2.0", "2.3.1", "2.12.1", "2.14.1", "2.15.0"]),
        ("maven", ["5.0.0.M1", "5.0.0.RC1", "5.0.0.RELEASE", "5.0.1"]),
        ("npm", ["1.0.0-alpha", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0", "1.10.0"]),
        ("pypi", ["1.0.dev1", "1.0a1", "1.0rc1", "1.0", "1.0.post1", "1.1", "1!0.1"]),
        ("golang", ["v0.0.0-20210220032951-036812b2e83c", "0.0.0-20220101000000-000000000000", "v1.2.3"]),
        ("deb", ["1.0~rc1-1", "1.0-1", "1.0-1+deb12u2", "1.0-1+deb12u10", "1:0.1-1"]),
        ("apk", ["1.2.3_rc1-r0", "1.2.3-r0", "1.2.3-r1", "1.2.3_p1-r0", "1.2.10-r0"]),
        ("apk", ["1.2.4-r5", "1.2.4_git20220717-r9", "1.2.4_git20230717-r4", "1.2.5-r0"]),
        ("rpm", ["2.34-60.el9", "2.34-60.el9_2.7", "2.34-83.el9", "1:1.0-1.el9"]),
        ("gem", ["1.0.0.pre", "1.0.0", "1.0.0.1"]),
        ("nuget", ["4.0.0-beta", "4.0.0", "4.0.0.1"]),
        ("cargo", ["0.1.0-alpha.1", "0.1.0", "0.10.0"]),
        ("composer", ["1.0.0", "v1.2.0", "1.10.0"]),
    ],
)
def test_versions_are_ordered_as_their_own_tools_order_them(kind: str, in_order: list[str]) -> None:
    for index, left in enumerate(in_order):
        for right in in_order[index + 1 :]:
            assert less(kind, left, right), (left, right)
            assert not less(kind, right, left), (right, left)


def test_mavens_final_and_release_mean_nothing() -> None:
    assert compare("maven", "5.0.0.RELEASE", "5.0.0") == 0
    assert compare("maven", "5.0.0.Final", "5.0.0.GA") == 0


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        ("npm", "garbage!!", "1.0.0"),
        ("deb", "abc", "1.0-1"),
        ("generic", "1", "2"),
        ("apk", "1.2.4_git1-r0", "1.2.4_p1-r0"),
        ("pypi", "1.0", "1." * 1000),
    ],
)
def test_what_cannot_be_compared_is_said_and_never_a_no(kind: str, left: str, right: str) -> None:
    with pytest.raises(Incomparable):
        compare(kind, left, right)
