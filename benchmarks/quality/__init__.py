"""How well duplicates are found: sets with known truth, precision and recall."""
