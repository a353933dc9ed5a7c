"""Which people? Saved conditions, who fulfils them now, and who came and went."""
