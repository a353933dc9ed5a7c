"""Which people? The conditions on a person that tags, segments, flows and reports share, in SQL and in Python."""
