"""What do people make together with us? Ideas with votes, reviews and stories that may be quoted, beta groups, and how we thanked them."""
