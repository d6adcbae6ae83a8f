"""Fault campaigns: `make faults` runs them whole, the tests in short."""
