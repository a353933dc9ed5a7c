"""How does nothing get lost between the answer to a client and the warehouse? A durable log of micro-batches."""
