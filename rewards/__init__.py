"""The live program: schemes, scoring, the ledger, people, and the services built on them."""
