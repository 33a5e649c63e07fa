"""Microsoft Azure: one traversal for each subscription, and rows that say what its documents mean."""
