"""Execution of randomised rollouts: people drawn are invited, or get digests, from their first treated day on."""
