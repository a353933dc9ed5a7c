"""What do we know of them? Traits with history, search, and the whole story of one person."""
