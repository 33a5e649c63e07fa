"""What the shop's two databases hold: a small schema with personal columns, and rows of canaries."""

from __future__ import annotations

from demo import canaries
from demo.postgres import Database

SHOP = Database(
    "shop",
    f"""
CREATE TABLE customers (
    id integer PRIMARY KEY, loyalty_tier text NOT NULL, preferred_currency text NOT NULL,
    email text NOT NULL, full_name text NOT NULL, phone text, birth_date date, national_id text
);
CREATE TABLE products (
    id integer PRIMARY KEY, sku text NOT NULL, title text NOT NULL, price_cents integer NOT NULL,
    stock integer NOT NULL
);
CREATE TABLE orders (
    id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers, product_id integer NOT NULL
    REFERENCES products, quantity integer NOT NULL, status text NOT NULL, total_cents integer NOT NULL
);
CREATE TABLE order_notes (order_id integer NOT NULL REFERENCES orders, note text NOT NULL);
CREATE TABLE mail_outbox (order_id integer REFERENCES orders, template text NOT NULL, state text NOT NULL);
CREATE TABLE loyalty_points (customer_id integer PRIMARY KEY REFERENCES customers, points integer NOT NULL);
INSERT INTO customers VALUES
    (1, 'gold', 'EUR', '{canaries.EMAIL}', '{canaries.NAME}', '{canaries.PHONE}', '{canaries.BIRTH_DATE}',
     '{canaries.NATIONAL_ID}'),
    (2, 'basic', 'EUR', '{canaries.OTHER_EMAIL}', 'Grace Canary-Hopper', NULL, '1906-12-09', NULL);
INSERT INTO products VALUES
    (1, 'KETTLE-1', 'Kettle', 3900, 40), (2, 'TEAPOT-1', 'Teapot', 5900, 12),
    (3, 'CUP-6', 'Six cups', 2400, 80);
INSERT INTO orders (customer_id, product_id, quantity, status, total_cents) VALUES
    (1, 1, 1, 'shipped', 3900), (2, 3, 2, 'packed', 4800);
INSERT INTO loyalty_points VALUES (1, 390), (2, 48);
""",
)

ANALYTICS = Database(
    "analytics",
    f"""
CREATE TABLE customer_profiles (
    customer_id integer PRIMARY KEY, full_name text NOT NULL, phone text, risk_score integer NOT NULL
);
CREATE TABLE page_views (day date NOT NULL, page text NOT NULL, views integer NOT NULL);
INSERT INTO customer_profiles VALUES
    (1, '{canaries.NAME}', '{canaries.PHONE}', 3), (2, 'Grace Canary-Hopper', NULL, 1);
INSERT INTO page_views VALUES ('2026-11-21', '/products', 812);
""",
)

ALL = (SHOP, ANALYTICS)
