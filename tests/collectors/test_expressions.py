from __future__ import annotations

import pytest

from collectors.expressions import compiled, expand, find, roots, template_roots

ITEM = {
    "a": "x",
    "n": 5,
    "no": False,
    "none": None,
    "empty": "",
    "many": ["1", None, "2"],
    "in": {"b": "y"},
    "arn": "arn:aws:lambda:r:1:function:f:live",
}


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        ("plain", ("plain",)),
        ("{a}-{n}", ("x-5",)),
        ("{in.b}", ("y",)),
        ("{none}", ()),
        ("{empty}", ()),
        ("{no}", ()),
        ("{missing.b}", ()),
        ("{in}", ()),
        ("{a}/{many[]}", ("x/1", "x/2")),
        ("{(n == `5` && a) || null}", ("x",)),
        ("{arn|bare}", ("arn:aws:lambda:r:1:function:f",)),
        ("{arn|bare|tail}", ("f",)),
        ("{many | [0]}", ("1",)),
    ],
)
def test_template_expands(template: str, texts: tuple[str, ...]) -> None:
    assert expand(template, ITEM) == texts


@pytest.mark.parametrize(
    ("text", "filter", "left"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/1/orders", "tail", "orders"),
        ("arn:aws:ecs:r:1:task-definition/shop:12", "bare", "arn:aws:ecs:r:1:task-definition/shop"),
        (
            "arn:aws:secretsmanager:r:1:secret:db-AbC:user::",
            "bare",
            "arn:aws:secretsmanager:r:1:secret:db-AbC",
        ),
        ("arn:aws:sqs:r:1:orders", "bare", "arn:aws:sqs:r:1:orders"),
        ("https://Host.Example:8443/x?y", "host", "host.example"),
        ("host.example:1", "host", "host.example"),
        ("/hostedzone/Z1", "relative", "hostedzone/Z1"),
        (
            "arn:aws:apigateway:r:lambda:path/2015-03-31/functions/arn:aws:lambda:r:1:function:f:live/invocations",
            "function",
            "arn:aws:lambda:r:1:function:f",
        ),
    ],
)
def test_filter_leaves(text: str, filter: str, left: str) -> None:
    assert expand(f"{{t|{filter}}}", {"t": text}) == (left,)


def test_what_is_no_function_is_left_out() -> None:
    assert expand(
        "{t[]|function}", {"t": ["https://backend.example/x", "arn:aws:lambda:r:1:function:f"]}
    ) == ("arn:aws:lambda:r:1:function:f",)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("a", {"a"}),
        ("a.b[?c == 'd'].e", {"a"}),
        ("a || b.c", {"a", "b"}),
        ("contains(a.b, 'c') && !d", {"a", "d"}),
        ("{x: a, y: b[].c}", {"a", "b"}),
        ("a | [0]", {"a"}),
        ("a.*.b[].c | [?d].e", {"a"}),
        ("`true`", set()),
    ],
)
def test_fields_that_a_path_reads(path: str, fields: set[str]) -> None:
    assert roots(path) == fields


def test_the_engines_words_are_no_fields() -> None:
    assert template_roots("{region} {parent.x} {a}") == {"a"}


@pytest.mark.parametrize(
    "path", ["a", "a.b", "a.b.c", "b", "a.n", "a.n.x", "a.l", "a.l.x", "null", "a.s.x", "a.z"]
)
def test_a_plain_path_gives_what_jmespath_gives(path: str) -> None:
    item = {"a": {"b": {"c": 1}, "l": [{"x": 1}], "n": None, "s": "text", "z": 0}}
    assert find(path, item) == compiled(path).search(item)
