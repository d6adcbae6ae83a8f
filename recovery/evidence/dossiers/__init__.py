"""Dossiers (证据卷宗): what was registered, in one zip that anyone checks."""
