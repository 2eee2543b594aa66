"""Thanks between colleagues: giving, holding, delivering and withdrawing kudos."""
