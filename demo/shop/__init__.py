"""The shop: little HTTP services with the telemetry and the settings that real ones have.

Each module is one service and registers its routes; `python -m demo.shop NAME` runs one. Version 2 of a
service is what the demo's deployment brings.
"""
