"""The list of loans: its filters, pages, totals, selections, exports, and what finds a loan."""
