"""How does an operator run the system? One command, ``uems``, that speaks the HTTP API whether a server runs or not."""


def main() -> None:
    """The console script."""
    import gc

    # A start makes a great many objects that stay; looking for garbage among them again and again costs a tenth of it.
    gc.disable()
    # Imported here: `import uems.cli` must not cost what a command costs.
    import uems.cli.commands  # noqa: F401  each module adds its commands
    from uems.cli.main import app

    app(prog_name="uems")
