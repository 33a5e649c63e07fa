"""What customers see: the catalogue, their orders, their account."""

from __future__ import annotations

from flask import Flask, request
from opentelemetry import trace

from demo.shop.surroundings import Surroundings, fetch, send


def routes(app: Flask, near: Surroundings) -> None:
    """Registers the routes of the storefront."""

    @app.get("/products")
    def products() -> list[dict[str, object]]:
        rows = near.shop("SELECT id, title, price_cents FROM products WHERE stock > 0 ORDER BY id")
        return [{"id": number, "title": title, "price": price} for number, title, price in rows]

    @app.get("/products/<int:product>")
    def product(product: int) -> dict[str, object]:
        ((title, price, stock),) = near.shop(
            "SELECT title, price_cents, stock FROM products WHERE id = %s", product
        )
        return {"title": title, "price": price, "stock": stock}

    @app.get("/orders/<int:order>")
    def order(order: int) -> dict[str, object]:
        return fetch(f"{near.orders}/orders/{order}")

    @app.post("/orders")
    def place() -> dict[str, object]:
        return send(f"{near.orders}/orders", request.get_json())

    @app.get("/account/<int:customer>")
    def account(customer: int) -> dict[str, object]:
        # A habit that is as common as it is bad: who is logged in stands in the span and in the address.
        email = request.args.get("email", "")
        trace.get_current_span().set_attribute("enduser.id", email)
        return fetch(f"{near.accounts}/accounts/{customer}", email=email)
