"""Judge the tests: change the code in a sample of places and see whether a test notices.

``make mutants`` runs this, and docs/quality.md tells what it does and what its figures mean.
"""
