"""Templates of experiments, one for each common question of strategists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rewards.language import gettext, msg

_COMPANY = """  organisation:
    {people}
    audience: {{size: 20000}}
    corporate_accounts:
      - {{name: company-page, followers: 5000, posts_per_week: 5, capability: trained}}
  horizon_days: 182
  runs: 40
  seed: 1
  content:
    items_per_week: 5
    kinds:
      - {{name: insight, share: 0.4, polish: 0.2, useful: 0.7, promotional: 0.1, risk: 0.2}}
      - {{name: news, share: 0.4, polish: 0.4, useful: 0.4, promotional: 0.4, risk: 0.1}}
      - {{name: product, share: 0.2, polish: 0.7, useful: 0.3, promotional: 0.9, risk: 0.3}}
  policy: {{strictness: 0.3, training: 0.2, approval_delay_days: 0, tools_friction: 0.3}}
  phases:
    - {{day: 0}}
    - {{day: 28, tool: {{digests_per_week: 1}}}}
"""


@dataclass(frozen=True, slots=True)
class Template:
    """A template: title, question, and the initial text with a placeholder for the organisation."""

    title: str
    question: str
    text: str


def text_of(name: str, live: bool) -> str:
    """The text of a template, titles translated, for the live people or for a generated company."""
    people = "people: live" if live else "headcount: 300"
    text = TEMPLATES[name].text.replace("COMPANY\n", _COMPANY.format(people=people))
    return _TITLE.sub(lambda found: found[1] + (gettext(found[2]) if found[2] in TITLES else found[2]), text)


_TITLE = re.compile(r"^( *title: )(.+)$", re.MULTILINE)
TITLES = (
    msg("Policy, training and approval"), msg("A strict policy"), msg("Most people trained"), msg("Three days until approved"),
    msg("Content mix, polish and cadence"), msg("Twice as much"), msg("Everything polished"), msg("Insight instead of product"),
    msg("The page or the people"), msg("An intern runs the page"), msg("An expert runs the page"),
    msg("The page alone, no tool for employees"), msg("How many reminders a week"), msg("Schemes side by side"),
    msg("Points for shares and clicks"), msg("Recognition, not pay"), msg("How strict is too strict"), msg("The essay's company"),
    msg("A tool that reminds once a week"),
)  # fmt: skip
"""Titles of templates and variants; a translation is inserted into YAML verbatim, so it has no colon before a space."""

TEMPLATES: Mapping[str, Template] = {
    "policy": Template(
        msg("Policy, training and approval"),
        msg("What do strict rules, training and waiting for approval do?"),
        """title: Policy, training and approval
precision_percent: 10
# The company as it is; every variant changes a part of it.
scenario:
COMPANY
variants:
  - name: strict
    title: A strict policy
    changes:
      policy: {strictness: 0.8}
  - name: trained
    title: Most people trained
    changes:
      policy: {training: 0.8}
  - name: approved
    title: Three days until approved
    changes:
      policy: {approval_delay_days: 3}
""",
    ),
    "content": Template(
        msg("Content: mix, polish and cadence"),
        msg("Is it better to offer more, or plainer, or less advertising?"),
        """title: Content mix, polish and cadence
precision_percent: 10
scenario:
COMPANY
variants:
  - name: more
    title: Twice as much
    changes:
      content: {items_per_week: 10}
  - name: polished
    title: Everything polished
    changes:
      content:
        kinds:
          - {name: insight, polish: 0.8}
          - {name: news, polish: 0.8}
          - {name: product, polish: 0.9}
  - name: insight
    title: Insight instead of product
    changes:
      content:
        kinds:
          - {name: insight, share: 0.7}
          - {name: product, share: 0.05}
""",
    ),
    "page": Template(
        msg("The page or the people"),
        msg("What does the company's own page bring, and who should run it?"),
        """title: The page or the people
precision_percent: 10
scenario:
COMPANY
variants:
  - name: intern
    title: An intern runs the page
    changes:
      organisation:
        corporate_accounts: [{name: company-page, capability: intern}]
  - name: expert
    title: An expert runs the page
    changes:
      organisation:
        corporate_accounts: [{name: company-page, capability: expert}]
  - name: page-alone
    title: The page alone, no tool for employees
    changes:
      phases: [{day: 28, tool: none}]
""",
    ),
    "reminders": Template(
        msg("How many reminders"),
        msg("From which number of digests a week does one more bring less?"),
        """title: How many reminders a week
precision_percent: 10
scenario:
COMPANY
sweep:
  lever: reminders
  least: 0
  most: 7
  steps: 8
""",
    ),
    "schemes": Template(
        msg("Schemes side by side"),
        msg("What do points, recognition or a curator's scheme add to the tool?"),
        """title: Schemes side by side
precision_percent: 10
scenario:
COMPANY
variants:
  - name: clicks
    title: Points for shares and clicks
    changes:
      phases: [{day: 28, scheme: clicks}]
  - name: recognition
    title: Recognition, not pay
    changes:
      phases: [{day: 28, scheme: recognition}]
""",
    ),
    "strictness": Template(
        msg("How strict is too strict"),
        msg("A sweep of the policy's strictness, from none to the most."),
        """title: How strict is too strict
precision_percent: 10
scenario:
COMPANY
sweep:
  lever: strictness
  least: 0
  most: 1
  steps: 6
""",
    ),
    "essay": Template(
        msg("The essay's company"),
        msg(
            "A hundred employees with a thousand contacts each on two networks, beside a page of 5,000 followers."
        ),
        """title: The essay's company
precision_percent: 10
scenario:
  organisation:
    headcount: 100
    segments:
      - {name: staff, teams: 5, contacts_median: 1000}
    contacts: {median: 1000, sigma: 0, tail_share: 0, least: 1000, most: 1000}
    audience: {size: 60000}
    corporate_accounts:
      - {name: company-page, followers: 5000, posts_per_week: 5}
  horizon_days: 84
  runs: 40
  seed: 1
  content:
    channels:
      - {name: linkedin, share: 0.5, visibility: 0.06, half_life_hours: 24}
      - {name: facebook, share: 0.5, visibility: 0.06, half_life_hours: 0.5}
variants:
  - name: tool
    title: A tool that reminds once a week
    changes:
      phases: [{day: 28, tool: {digests_per_week: 1}}]
""",
    ),
}
