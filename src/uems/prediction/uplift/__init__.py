"""Who changes because of us? Learners of uplift, its curves, and the policy that follows, without events, stores or HTTP."""
