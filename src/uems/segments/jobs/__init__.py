"""Work of this room that takes longer than a request: lists are read and segments exported, one after another."""
