"""`nplint` and `python -m nplint`."""

import gc
import sys


def main() -> None:
    """Run the command line."""
    # Asked by installers and scripts, and known without anything else of the program.
    if sys.argv[1:] == ["--version"]:
        from nplint import __version__

        sys.stdout.write(f"nplint {__version__}\n")
        return
    # A run is short and makes few cycles; the collector would walk modules and documents again and again.
    gc.disable()
    from nplint.cli import main as run

    try:
        run()
    finally:
        # Else the interpreter has the collector walk through everything at the end, a tenth of a short run.
        gc.freeze()


if __name__ == "__main__":
    if not sys.flags.safe_path:
        # Python looks for modules in the current folder first, which may be the repository that is linted.
        del sys.path[0]
    main()
