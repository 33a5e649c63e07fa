"""Values of analysis turned into text, HTML and JSON."""
