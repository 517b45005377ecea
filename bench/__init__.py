"""Measurements of the package, each beside the flow that Genlook documents.

`python -m bench` makes them all, `python -m bench <row>` one of them; see docs/benchmarks.md.
"""
