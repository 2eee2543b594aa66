"""People and organisations: who takes part, who may sign in, and what is known of them."""

from rewards.people.importing import import_people as import_people
