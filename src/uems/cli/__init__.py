"""How does an operator run the system? One command, ``uems``, that speaks the HTTP API whether a server runs or not."""


class WithoutPandas:
    """Lets nobody import pandas in this process.

    The embedded engine requires it as a package, and pyarrow loads it, where it is found, with the first list it is given: half
    a second and 40 MB for what is never used.
    """

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not used by UEMS", name=name)


def main() -> None:
    """The console script."""
    import gc
    import sys

    sys.meta_path.insert(0, WithoutPandas())
    # A start makes a great many objects that stay; looking for garbage among them again and again costs a tenth of it.
    gc.disable()
    # Imported here: `import uems.cli` must not cost what a command costs.
    import uems.cli.commands  # noqa: F401  each module adds its commands
    from uems.cli.main import app

    app(prog_name="uems")
