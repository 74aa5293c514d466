"""Figures: what may be counted, for whom, and without anybody being found in them."""
