"""The worker's side of long jobs: kinds of jobs, and processes that compute their pieces."""
