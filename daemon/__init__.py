"""Everything that remembers, judges, tells and serves."""
