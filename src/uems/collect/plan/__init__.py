"""What should come in? The tracking plan: event and property definitions, what happens to what is not as planned, and drafts."""
