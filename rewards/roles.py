"""The roles in their usual order; their rights are in `rewards.people.rights`."""

ROLES = ("employee", "content", "strategist", "hr", "auditor", "admin")
EMPLOYEE = ROLES[0]
