"""What does the system show on real data? A year of a real grocer, loaded by the same imports that every user has."""
