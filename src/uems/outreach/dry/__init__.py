"""Dry runs: a flow follows live events with the real engine, and everything it would say or do is written down and not done."""
