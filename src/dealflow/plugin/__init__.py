"""The pytest plugin behind ``_dealflow_pytest``: options, scenario files, coverage, mutants.

Nothing is re-exported: each hook loads only what it needs.
"""
