"""What is fuzzed: each module has a `check(data)` that raises where something does not hold for these bytes."""
