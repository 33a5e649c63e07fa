"""Amazon Web Services: rows that say how each resource type is listed, and the engine that executes them."""
