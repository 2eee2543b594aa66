"""The workers' side of long work: kinds of jobs, and processes that carry their pieces out."""
