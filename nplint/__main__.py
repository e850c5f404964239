"""`nplint` and `python -m nplint`."""

import gc
import sys
from contextlib import suppress

EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    try:
        _run()
    except KeyboardInterrupt:
        # It may come while modules are being loaded, or while another end is being told.
        sys.exit(EXIT_INTERRUPTED)
    finally:
        _end_in_peace()


def _run() -> None:
    # Asked by installers and scripts, and known without anything else of the program.
    if sys.argv[1:] == ["--version"]:
        from nplint import __version__

        with suppress(OSError, AttributeError):
            sys.stdout.write(f"nplint {__version__}\n")
            sys.stdout.flush()
            return
    # A run is short and makes few cycles; the collector would walk modules and documents again and again.
    gc.disable()
    from nplint.cli import main as run

    try:
        run()
    finally:
        # Else the interpreter has the collector walk through everything at the end, a tenth of a short run.
        gc.freeze()


def _end_in_peace() -> None:
    """Let nothing interrupt Python when all is done and told: it would say so with a traceback or another exit code."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    if not sys.flags.safe_path:
        # Python looks for modules in the current folder first, which may be the repository that is linted.
        del sys.path[0]
    main()
