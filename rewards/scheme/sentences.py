"""Sentences about a scheme whose wording depends on a choice in the document: one whole message a choice."""

from rewards.language import N_

PROVEN = {
    "tracked": N_("It counts once a tracked click shows it."),
    "connector": N_("It counts once the network itself reports it."),
}
PART_FIRST = {
    "tracked": N_("You get {part} of it at once, and the rest when a tracked click shows it."),
    "connector": N_("You get {part} of it at once, and the rest when the network itself reports it."),
}
CAPS = {
    ("day", "rule"): N_("at most {points} a day"),
    ("week", "rule"): N_("at most {points} a week"),
    ("month", "rule"): N_("at most {points} a month"),
    ("total", "rule"): N_("at most {points} in all"),
    ("day", "object"): N_("at most {points} a day for one item"),
    ("week", "object"): N_("at most {points} a week for one item"),
    ("month", "object"): N_("at most {points} a month for one item"),
    ("total", "object"): N_("at most {points} in all for one item"),
    ("day", "pair"): N_("at most {points} a day with one and the same person"),
    ("week", "pair"): N_("at most {points} a week with one and the same person"),
    ("month", "pair"): N_("at most {points} a month with one and the same person"),
    ("total", "pair"): N_("at most {points} in all with one and the same person"),
}
FADES = {
    "day": N_("Every repeat is worth {factor} of the one before; with a new day it is whole again."),
    "week": N_("Every repeat is worth {factor} of the one before; with a new week it is whole again."),
    "month": N_("Every repeat is worth {factor} of the one before; with a new month it is whole again."),
    "total": N_("Every repeat is worth {factor} of the one before."),
}
WITHIN = {
    "day": N_("{what} within one day"),
    "week": N_("{what} within one week"),
    "month": N_("{what} within one month"),
}
NATURES = {
    ("tangible", "public", "expected"): N_("(A tangible reward, public; everybody knows of it beforehand.)"),
    ("tangible", "public", "surprise"): N_("(A tangible reward, public; it comes as a surprise.)"),
    ("tangible", "private", "expected"): N_(
        "(A tangible reward, private; everybody knows of it beforehand.)"
    ),
    ("tangible", "private", "surprise"): N_("(A tangible reward, private; it comes as a surprise.)"),
    ("symbolic", "public", "expected"): N_("(A symbolic reward, public; everybody knows of it beforehand.)"),
    ("symbolic", "public", "surprise"): N_("(A symbolic reward, public; it comes as a surprise.)"),
    ("symbolic", "private", "expected"): N_(
        "(A symbolic reward, private; everybody knows of it beforehand.)"
    ),
    ("symbolic", "private", "surprise"): N_("(A symbolic reward, private; it comes as a surprise.)"),
}
CHALLENGES = {
    "person": N_("Challenge “{title}”: Each of you can reach {goal}, {begins}, {lasts}."),
    "team": N_("Challenge “{title}”: Each team can reach {goal}, {begins}, {lasts}."),
    "segment": N_("Challenge “{title}”: Each segment can reach {goal}, {begins}, {lasts}."),
    "everyone": N_("Challenge “{title}”: Everybody together can reach {goal}, {begins}, {lasts}."),
}
BOARDS = {
    "everyone": N_("Board “{title}”, for everybody: {window}. It shows {places}; {small}"),
    "segment": N_("Board “{title}”, within your segment: {window}. It shows {places}; {small}"),
    "team": N_("Board “{title}”, of teams: {window}. It shows {places}; {small}"),
}
BOARD_WINDOWS = {
    "day": N_("points of each day"),
    "week": N_("points of each week"),
    "month": N_("points of each month"),
    "total": N_("points of all time"),
}
AWARD_BUDGETS = {
    "day": N_(
        "All awards together can make {points} spendable a day; what goes beyond counts for your rank and your badges, and cannot be spent."
    ),
    "week": N_(
        "All awards together can make {points} spendable a week; what goes beyond counts for your rank and your badges, and cannot be spent."
    ),
    "month": N_(
        "All awards together can make {points} spendable a month; what goes beyond counts for your rank and your badges, and cannot be spent."
    ),
    "total": N_(
        "All awards together can make {points} spendable in all; what goes beyond counts for your rank and your badges, and cannot be spent."
    ),
}
ALLOWANCES = {
    "week": N_("Thanks: you can give colleagues {allowance} a week, {gift} at a time, {pair}; {worth}."),
    "month": N_("Thanks: you can give colleagues {allowance} a month, {gift} at a time, {pair}; {worth}."),
}
HIGHLIGHTS = {
    "public": N_(
        "Recognition “{title}”: {every}, once late reports no longer count, those who shared most items are thanked for everybody to see, "
        "at most {share} of people; lots are drawn between equals."
    ),
    "private": N_(
        "Recognition “{title}”: {every}, once late reports no longer count, those who shared most items are thanked in private, "
        "at most {share} of people; lots are drawn between equals."
    ),
}
