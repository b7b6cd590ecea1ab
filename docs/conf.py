"""How Sphinx builds the documentation; nothing is fetched from the network."""

import tomllib
from pathlib import Path

_project = tomllib.loads(
    Path(__file__).parent.with_name("pyproject.toml").read_text(encoding="utf-8")
)["project"]

project = _project["name"]
author = _project["authors"][0]["name"]
copyright = f"2026 {author}"
release = version = _project["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"show-inheritance": True}
napoleon_numpy_docstring = False

# Our own names must resolve, except private ones; names of other libraries have no page here.
nitpicky = True
nitpick_ignore_regex = [
    (r"py:.*", r"(?!dealflow\.).*"),
    (r"py:.*", r"dealflow\.(.*\.)?_.*"),
    # Left out of the API page, so that ``Refused`` means the error there.
    (r"py:.*", r"dealflow\.trail\.(events|moves)\.Refused"),
    # Further inside: what public classes are made of, and what only passes through signatures.
    (r"py:.*", r"dealflow\.(deal\.recorder|trail\.body|conditions\.base|playbook\.stand_in)\..*"),
    (r"py:.*", r"dealflow\.(wording\.(rules|statements)|message)\..*"),
    (r"py:.*", r"dealflow\.analysis\.(coverage\.clauses|history)\..*"),
    (r"py:.*", r"dealflow\.record\.Record"),
]

html_theme = "furo"
html_title = f"{project} {release}"
html_show_sphinx = False
html_copy_source = False
