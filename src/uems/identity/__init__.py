"""Who is this? Ids, the links between them, and people as the reversible result."""
