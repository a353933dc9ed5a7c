"""What happened? Events arrive here by HTTP, files and connectors, and leave as rows of the warehouse."""
