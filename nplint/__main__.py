"""`python -m nplint`."""

from nplint.cli import main

if __name__ == "__main__":
    main()
