"""What do people say to us, and what do we answer? Conversations out of every channel, in one inbox."""
