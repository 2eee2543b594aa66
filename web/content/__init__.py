"""Pages of content authors and approvers."""
