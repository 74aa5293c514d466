"""Pages of docs/ that are made from the tables of the code, so that they cannot say something else."""
