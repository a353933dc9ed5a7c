"""Which way do people take from the first look to telling others? Maps that a team draws over its own events, and keeps."""
