"""Google Cloud: rows and the engine that lists them through Cloud Asset Inventory."""
