"""Tests of what administrators add to the law."""
