"""The synthetic loan book of `make run` and of the benchmarks: seeded, so always the same.

Names are plausible; ID numbers, phones and bank accounts have right check digits or forms but lie
in ranges that nobody is assigned.
"""
