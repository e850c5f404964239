"""The site that `sphinx-build -EW docs site` makes of these pages, the rules and the commands."""

import sys
from pathlib import Path

from nplint import __version__

sys.path.append(str(Path(__file__).parent))

project = "nplint"
copyright = "nplint, licensed under Apache-2.0"
release = __version__

extensions = ["myst_parser", "reference"]
myst_heading_anchors = 4
# What is typed is shown as it is typed.
smartquotes = False
# An example may leave out what a language asks for.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = f"nplint {release}"
html_copy_source = False
html_use_index = False
html_show_sphinx = False
html_static_path = ["style.css"]
html_css_files = ["style.css"]
