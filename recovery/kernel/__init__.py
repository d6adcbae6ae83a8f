"""What every feature stands on: money, clock, errors, database, unit of work, jobs, search."""
