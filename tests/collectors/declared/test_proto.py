"""What proto files declare."""

from __future__ import annotations

import pytest

from collectors.declared.declaration import DeclarationError
from collectors.declared.proto import operations

SHOP = """\
// The shop.
syntax = "proto3";
package shop.v1;
import "other.proto";
option java_package = "com.example; {";
service Orders {
  option deprecated = true;
  rpc Get(GetRequest) returns (Order) { option (google.api.http) = { get: "/v1/orders/{id}" }; }
  rpc Watch (stream GetRequest) returns (stream .shop.v1.Order.Line);
  rpc Ask(GetRequest) returns (other.Answer);
}
message GetRequest { string id = 1; }
/* An order
   with lines. */
message Order {
  message Line { string article = 1; repeated Order nested = 2; }
  enum State { NEW = 0; }
  reserved 4, 7 to 9;
  string email = 1 [deprecated = true];
  repeated Line lines = 2;
  map<string, Person> people = 3;
  oneof pay { string iban = 5; string card = 6; }
}
message Person { optional string full_name = 1; }
"""


def test_methods_are_operations_and_messages_their_answers() -> None:
    assert [(each.name, each.returns) for each in operations("shop.proto", SHOP)] == [
        ("shop.v1.Orders/Ask", ()),
        (
            "shop.v1.Orders/Get",
            ("card", "email", "iban", "lines.article", "lines.nested", "people.full_name"),
        ),
        ("shop.v1.Orders/Watch", ("article", "nested.card", "nested.email", "nested.iban", "nested.lines",
                                  "nested.people.full_name")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("message A {", "shop.proto:1: is not a whole proto file"),
        ("syntax = 'proto3';\nservice A { rpc B(C) gives (D); }", "shop.proto:2: A/B returns expected"),
        ("service A\n  rpc", "{ expected before 'rpc'"),
        ("message A \x00 {}", "unexpected"),
        ("message A {" * 50, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(DeclarationError) as error:
        operations("shop.proto", text)
    assert said in str(error.value)


def test_every_beginning_of_a_file_is_read_or_refused() -> None:
    for end in range(len(SHOP)):
        try:
            operations("shop.proto", SHOP[:end])
        except DeclarationError:
            continue
