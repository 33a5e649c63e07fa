"""Images that workloads use: what registries say about them, what is inside, and what is known to be vulnerable."""
