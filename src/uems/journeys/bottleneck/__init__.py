"""Where are people lost, since when, who, and what is it worth? Pure functions over counts and units; nothing here reads events."""
