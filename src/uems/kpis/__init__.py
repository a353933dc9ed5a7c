"""How are we doing? Metrics with their formulas, targets, breakdowns, guardrails and alerts."""
