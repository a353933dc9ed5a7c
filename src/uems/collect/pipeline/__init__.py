"""How does a record of the log become rows that every report can count? Step by step, each of which may be repeated."""
