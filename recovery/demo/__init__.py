"""The synthetic loan book of `make run`."""
