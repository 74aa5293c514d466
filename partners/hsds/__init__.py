"""The directory in the words of HSDS 3.1, Open Referral's Human Services Data Specification, and back."""
