"""Everything that looks outward: clouds, images, traces. Never imports the daemon."""
