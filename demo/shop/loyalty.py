"""New with the deployment: shows and grants points, and congratulates on birthdays."""

from __future__ import annotations

from flask import Flask

from demo.shop.surroundings import Surroundings


def routes(app: Flask, near: Surroundings) -> None:
    """Registers the routes of the loyalty programme."""

    @app.get("/loyalty/<int:customer>")
    def points(customer: int) -> dict[str, object]:
        ((_, _, points),) = near.shop(
            "SELECT c.full_name, c.birth_date, l.points"
            " FROM customers c JOIN loyalty_points l ON l.customer_id = c.id WHERE c.id = %s",
            customer,
        )
        return {"points": points}

    @app.post("/loyalty/<int:customer>/points")
    def grant(customer: int) -> dict[str, object]:
        near.shop("UPDATE loyalty_points SET points = points + 10 WHERE customer_id = %s", customer)
        return {"granted": 10}
