"""How fast nplint is beside its neighbours: `python -m benchmarks`."""
