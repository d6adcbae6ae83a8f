"""Import of a loan tape (资产明细表): read as text, cast by our own rules, staged, then applied."""
