"""Whoever comes into a segment, or leaves it, is told to a webhook: in order, at least once, and again until it has arrived."""
