"""Who goes through which steps, when, and exactly once? Definitions, entries and the engine."""
