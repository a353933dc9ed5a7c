"""What works? Feature flags, assignment, experiments and what they show."""
