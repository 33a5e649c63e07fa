"""Benchmarks: each measures a floor in the same run, so that a noisy machine spoils figures but not ratios."""
