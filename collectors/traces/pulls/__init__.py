"""Fetches traces from where others keep them, on schedule, and remembers how far it came."""
