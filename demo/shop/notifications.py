"""Tells customers what became of their order. Version 2 hands the mail to a provider outside."""

from __future__ import annotations

from flask import Flask, request

from demo.shop.surroundings import Surroundings, send


def routes(app: Flask, near: Surroundings) -> None:
    """Registers the routes of the notifications."""

    @app.post("/messages")
    def message() -> dict[str, object]:
        wish = request.get_json()
        ((email, name),) = near.shop("SELECT email, full_name FROM customers WHERE id = %s", wish["customer"])
        near.shop(
            "INSERT INTO mail_outbox (order_id, template, state) VALUES (%s, 'placed', 'new')", wish["order"]
        )
        if near.version >= 2:
            send(f"{near.mailer}/v1/messages?to={email}", {"to": email, "name": name, "template": "placed"})
        return {"state": "sent" if near.version >= 2 else "kept"}
