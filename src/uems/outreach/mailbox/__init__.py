"""What came back? A mailbox that is read for reports about letters: what could not be delivered, and who complained."""
