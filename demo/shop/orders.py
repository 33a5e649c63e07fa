"""Takes and shows orders. Version 2 asks the profiles in the United States for a customer's risk."""

from __future__ import annotations

from flask import Flask, request

from demo.shop.surroundings import Surroundings, send


def routes(app: Flask, near: Surroundings) -> None:
    """Registers the routes of the order service."""

    @app.get("/orders/<int:order>")
    def order(order: int) -> dict[str, object]:
        ((status, quantity, total, title),) = near.shop(
            "SELECT o.status, o.quantity, o.total_cents, p.title"
            " FROM orders o JOIN products p ON p.id = o.product_id WHERE o.id = %s",
            order,
        )
        return {"status": status, "quantity": quantity, "total": total, "title": title}

    @app.post("/orders")
    def place() -> dict[str, object]:
        wish = request.get_json()
        customer, product, quantity = wish["customer"], wish["product"], wish["quantity"]
        if near.version >= 2:
            near.profiles(
                "SELECT full_name, phone, risk_score FROM customer_profiles WHERE customer_id = %s", customer
            )
        ((price,),) = near.shop("SELECT price_cents FROM products WHERE id = %s", product)
        total = int(str(price)) * int(quantity)
        ((order,),) = near.shop(
            "INSERT INTO orders (customer_id, product_id, quantity, status, total_cents)"
            " VALUES (%s, %s, %s, 'new', %s) RETURNING id",
            customer,
            product,
            quantity,
            total,
        )
        near.shop("UPDATE products SET stock = stock - %s WHERE id = %s", quantity, product)
        # Values pasted into the statement: this is how personal data gets into telemetry.
        note = str(wish["note"]).replace("'", "''")
        near.shop(f"INSERT INTO order_notes (order_id, note) VALUES ({order}, '{note}')")
        send(f"{near.notifications}/messages", {"customer": customer, "order": order})
        return {"order": order, "total": total}
