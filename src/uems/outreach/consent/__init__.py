"""What does somebody allow: topics, subscriptions, addresses that nothing is sent to."""
