from __future__ import annotations

import pytest

from collectors.images.references import parse

DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("shop/api", "docker.io/shop/api:latest"),
        ("index.docker.io/shop/api:1", "docker.io/shop/api:1"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("ghcr.io/shop/api:1.2-rc_1", "ghcr.io/shop/api:1.2-rc_1"),
        ("localhost/api", "localhost/api:latest"),
        ("registry:5000/api", "registry:5000/api:latest"),
        ("127.0.0.1:5000/a/b/c:x", "127.0.0.1:5000/a/b/c:x"),
        ("[::1]:5000/a:x", "[::1]:5000/a:x"),
        (f"ghcr.io/a/b@{DIGEST}", f"ghcr.io/a/b@{DIGEST}"),
        (f"a/b:1@{DIGEST}", f"docker.io/a/b:1@{DIGEST}"),
        ("docker://ghcr.io/a/b", "ghcr.io/a/b:latest"),
        ("GHCR.io/a/b:V1", "ghcr.io/a/b:V1"),
        (
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:7",
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:7",
        ),
    ],
)
def test_a_name_is_read_as_docker_reads_it(name: str, full: str) -> None:
    assert str(parse(name)) == full
    assert parse(full) == parse(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "Shop/Api",
        "api:",
        "api@sha256:short",
        "api@md5:" + "0" * 32,
        "../../etc/passwd",
        "ghcr.io/a/../b",
        "ghcr.io//a",
        "ghcr.io/a?x=1",
        "ghcr.io/a#x",
        "user:pass@ghcr.io/a",
        "evil.example\r\nHost: x/a",
        "a/" + "b" * 2000,
        "${IMAGE}",
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"has|is longer"):
        parse(name)
