"""What do other databases say happened? SQL sources, read incrementally and only read."""
