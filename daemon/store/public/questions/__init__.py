"""The questions of the cookbook, by what they are about."""
