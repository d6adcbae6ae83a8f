"""One PDF of all originals in the order of the evidence list, stamped as courts want it."""
