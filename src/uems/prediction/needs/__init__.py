"""When will somebody need something again? Renewal models of visits and purchases, without events, stores or HTTP."""
