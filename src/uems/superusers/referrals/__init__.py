"""Who brings whom, what is it worth, and how do we thank both? Programmes, codes, checks, rewards, the tree of word of mouth."""
