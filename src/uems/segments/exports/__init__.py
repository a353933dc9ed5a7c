"""The people of a segment as a file: who they are, what was told of them, their tags and totals."""
