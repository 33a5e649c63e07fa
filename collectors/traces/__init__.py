"""From spans to facts to answers: what services do, seen in their telemetry, without keeping a span."""
