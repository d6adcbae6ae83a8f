"""Recovery: legal recovery and NPL portfolio case management for auto lenders."""
