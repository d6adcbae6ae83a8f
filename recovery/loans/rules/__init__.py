"""The rules of loans: pure functions and frozen values, without framework or database."""
