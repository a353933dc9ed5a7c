"""How do events come in over HTTP? The Segment protocol as a bare ASGI application, durable before it answers."""
