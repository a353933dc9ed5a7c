"""How is the command started without its script? ``python -m uems.cli``."""

from uems.cli import main

main()
