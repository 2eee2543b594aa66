"""The roles there are, in their usual order; what each may do is `rewards.people.rights`."""

ROLES = ("employee", "content", "strategist", "hr", "auditor", "admin")
EMPLOYEE = ROLES[0]
