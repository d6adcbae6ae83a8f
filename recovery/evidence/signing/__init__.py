"""PAdES signatures on papers, where a key is configured."""
