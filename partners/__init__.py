"""Who: organisations, their people, and what they offer."""
