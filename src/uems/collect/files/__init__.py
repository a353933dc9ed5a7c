"""What does a file say happened? Readers, the column mapping, and the dry run; nothing here writes anything."""
