"""Fills an installed database by set-based SQL."""
