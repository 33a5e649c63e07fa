"""The values that store, analysis and report share: graph, data path, drift."""
