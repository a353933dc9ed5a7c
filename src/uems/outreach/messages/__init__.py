"""What happens to one message: put into the outbox, decided at the moment of sending, sent, logged."""
