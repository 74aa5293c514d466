"""Ratios that must hold, measured on the real product beside a floor page, in one run (shared performance targets)."""
