"""Shows a customer's account. Version 2 also reads the address of mail and the government's number."""

from __future__ import annotations

from flask import Flask

from demo.shop.surroundings import Surroundings

COLUMNS = {
    1: "loyalty_tier, preferred_currency",
    2: "loyalty_tier, preferred_currency, email, national_id",
}


def routes(app: Flask, near: Surroundings) -> None:
    """Registers the routes of the account service."""

    @app.get("/accounts/<int:customer>")
    def account(customer: int) -> dict[str, object]:
        ((tier, currency, *_),) = near.shop(
            f"SELECT {COLUMNS[near.version]} FROM customers WHERE id = %s", customer
        )
        return {"tier": tier, "currency": currency}
