"""What do we call people? Tags: defined once, computed by rule, from events, by a model or by hand, and kept current."""
