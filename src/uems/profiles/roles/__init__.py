"""What do the events of this workspace mean? Which one is a purchase, a sign-up, an invitation; guessed, and confirmed by a person."""
