"""What: the case file and the referrals that leave it."""
