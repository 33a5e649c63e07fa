"""Links, exposure, data paths and drift: pure functions over values."""
