"""What to type: examples that the help of commands and docs/commands.md show, each of which the demo answers."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "diff": ("driftline diff 1 2 --json",),
    "services": ("driftline services storefront",),
    "flows": (
        "driftline flows --class user.contact --verb reads",
        "driftline flows --target customers --since 7d",
    ),
    "paths": (
        "driftline paths --exposure internet --class user.government_id",
        "driftline paths --new",
        "driftline paths --third-party '*' --format svg > paths.svg",
    ),
    "explain": ("driftline explain national_id",),
    "inventory": ("driftline inventory --role data_store", "driftline inventory --type 'aws.rds.*' --public"),
    "resource show": ("driftline resource show service://demo/shop/orders",),
    "resource history": ("driftline resource history shop-eu-replica --json",),
    "components find": ("driftline components find log4j-core",),
    "sbom": ("driftline sbom orders > orders.cdx.json",),
    "report": ("driftline report --format html --output report.html",),
    "otel-config": ("driftline otel-config --endpoint driftline.example.com:4317 > driftline-exporter.yaml",),
    "classes explain": ("driftline classes explain customers.city --siblings street,zip",),
    "classes set": ('driftline classes set public.customers.nick none --reason "names of pets"',),
    "sql explain": ("driftline sql explain 'SELECT email FROM customers WHERE id = 42' --system mysql",),
    "database query": ("driftline database query borders",),
}
"""By a command's name without `driftline`."""
