"""The live program: schemes, scoring, the ledger, people, and what is built on them."""
