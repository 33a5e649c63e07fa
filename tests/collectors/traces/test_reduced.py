"""What is left of a text that may hold values: each reduction by itself, so that none leans on another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from collectors.traces import keys, names

WHO = "hunter2"
"""A word that nothing detects: only leaving out the place where it stands takes it away."""


@pytest.mark.parametrize(
    ("reduce", "text", "kept"),
    [
        (names.path, f"/cart/17?who={WHO}", "/cart/{id}"),
        (names.path, f"/cart/17#who={WHO}", "/cart/{id}"),
        (names.path, f"/cart;jsessionid={WHO}/17", "/cart"),
        (names.path, f"https://{WHO}@shop.example/cart?{WHO}", "/cart"),
        (names.path, "/people/ann@shop.example/7d444840-9dc0-11d1-b245-5ffdce74fad2", "/people/{id}/{id}"),
        (names.path, "/blobs/" + "a1" * 20, "/blobs/{id}"),
        (names.path, "/v1/users/{id}/cards/**", "/v1/users/{id}/cards/**"),
        (names.path, "/" + "/".join("abcdefghijklmnop"), "/a/b/c/d/e/f/g/h/i/..."),
        (names.route, f"/cart/:cart?who={WHO}", "/cart/{cart}"),
        (names.route, "/cart/<int:cart>/<line>", "/cart/{cart}/{line}"),
        (
            names.url,
            f"https://ann:{WHO}@api.shop.example:8443/cart/17?q={WHO}#{WHO}",
            "https://api.shop.example:8443/cart/{id}",
        ),
        (names.url, f"https://api.shop.example?{WHO}", "https://api.shop.example"),
        (names.url, f"https://ann:{WHO}@api.shop.example#{WHO}", "https://api.shop.example"),
        (
            names.url_without_query,
            f"https://ann:{WHO}@sqs.example/17/jobs?a={WHO}#{WHO}",
            "https://sqs.example/17/jobs",
        ),
        (names.url_without_query, f"jobs?{WHO}", "jobs"),
        (names.words, f"find 'x {WHO}' in \"{WHO}\" or `{WHO}`", "find {id} in {id} or {id}"),
        (names.words, f"GET /cart?who={WHO} who={WHO} {WHO}@shop", "GET /cart {id} {id}"),
        (names.words, f"GET https://ann:{WHO}@shop.example/cart?{WHO}", "GET https://shop.example/cart"),
        (names.words, "order 123456 of 7d444840-9dc0-11d1-b245-5ffdce74fad2", "order {id} of {id}"),
        (names.host, f"ann:{WHO}@db:5432", "db:5432"),
        (names.clean, f"jdbc:postgresql://db/shop?user=ann&note={WHO}#{WHO}", "jdbc:postgresql://db/shop"),
        (
            names.clean,
            f"from https://a.example?{WHO} to http://b.example/#{WHO}",
            "from https://a.example to http://b.example/",
        ),
        (names.clean, "why?", "why?"),
        (names.host, f"https://ann:{WHO}@db.example:5432/{WHO}/ann@shop.example?{WHO}", "db.example:5432"),
        (names.host, f"db.example/{WHO}?{WHO}", "db.example"),
        (names.host, f"db.example;{WHO}", "db.example"),
        (names.host, f"/var/run/{WHO}", "localhost"),
        (names.host, f"//ann:{WHO}@db.example/{WHO}", ""),
        (names.host, "[fd00::1]:80", "[fd00::1]:80"),
        (names.called, f"/shop.Cart/Get?{WHO}", "/shop.Cart/Get"),
        (names.called, "Letters#index", "Letters#index"),
        (names.called, f"letters;{WHO}#{WHO}", "letters"),
        (names.url_without_query, f"https://sqs.example/17/jobs;{WHO}", "https://sqs.example/17/jobs"),
        (names.clean, f"see https://a.example/p;{WHO} now", "see https://a.example/p now"),
        (names.reach, "93.184.216.34, 10.0.0.1", "public"),
        (names.reach, "10.0.0.1:5000", "private"),
        (names.reach, f"{WHO}", ""),
        (keys.pattern, f"user:{WHO}:session", "user:{id}:session"),
        (keys.pattern, f"users/{WHO}/profile.jpg", "users/{id}/profile.jpg"),
        (keys.pattern, f"users/{WHO}.jpg", "users/{id}.jpg"),
        (keys.pattern, WHO, ""),
        (keys.of_uri, f"gs://letters/{WHO}/photo.png", "gs://letters/{id}/photo.png"),
    ],
)
def test_only_what_names_something_is_left(reduce: Callable[[str], str], text: str, kept: str) -> None:
    assert reduce(text) == kept
