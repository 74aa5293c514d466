"""Synthetic data at scale: as many referrals as one likes, encrypted for real, written by COPY."""
