"""Databases of both engines, made for one test."""

from __future__ import annotations

from uuid import uuid4

from demo.postgres import Server


def empty_database(server: Server) -> str:
    """The URL of a PostgreSQL database made just now."""
    name = f"test_{uuid4().hex}"
    with server.connect("postgres") as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"postgresql+psycopg://shop@127.0.0.1:{server.port}/{name}"
