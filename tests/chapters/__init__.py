"""What the journey of the canary plants beside the referral: a chapter for each part of the product."""
