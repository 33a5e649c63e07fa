"""What becomes of old snapshots: which are kept, how the others are pruned, and whether all still agrees."""
