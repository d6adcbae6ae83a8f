"""An append-only evidence store."""
