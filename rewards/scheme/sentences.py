"""Sentences about a scheme whose wording depends on a choice in the document: one whole message a choice."""

from rewards.language import msg

PROVEN = {
    "tracked": msg("It counts once a tracked click shows it."),
    "connector": msg("It counts once the network itself reports it."),
}
PART_FIRST = {
    "tracked": msg("You get {part} of it at once, and the rest when a tracked click shows it."),
    "connector": msg("You get {part} of it at once, and the rest when the network itself reports it."),
}
CAPS = {
    ("day", "rule"): msg("at most {points} a day"),
    ("week", "rule"): msg("at most {points} a week"),
    ("month", "rule"): msg("at most {points} a month"),
    ("total", "rule"): msg("at most {points} in all"),
    ("day", "object"): msg("at most {points} a day for one item"),
    ("week", "object"): msg("at most {points} a week for one item"),
    ("month", "object"): msg("at most {points} a month for one item"),
    ("total", "object"): msg("at most {points} in all for one item"),
    ("day", "pair"): msg("at most {points} a day with one and the same person"),
    ("week", "pair"): msg("at most {points} a week with one and the same person"),
    ("month", "pair"): msg("at most {points} a month with one and the same person"),
    ("total", "pair"): msg("at most {points} in all with one and the same person"),
}
FADES = {
    "day": msg("Every repeat is worth {factor} of the one before; with a new day it is whole again."),
    "week": msg("Every repeat is worth {factor} of the one before; with a new week it is whole again."),
    "month": msg("Every repeat is worth {factor} of the one before; with a new month it is whole again."),
    "total": msg("Every repeat is worth {factor} of the one before."),
}
WITHIN = {
    "day": msg("{what} within one day"),
    "week": msg("{what} within one week"),
    "month": msg("{what} within one month"),
}
NATURES = {
    ("tangible", "public", "expected"): msg("(A tangible reward, public; everybody knows of it beforehand.)"),
    ("tangible", "public", "surprise"): msg("(A tangible reward, public; it comes as a surprise.)"),
    ("tangible", "private", "expected"): msg(
        "(A tangible reward, private; everybody knows of it beforehand.)"
    ),
    ("tangible", "private", "surprise"): msg("(A tangible reward, private; it comes as a surprise.)"),
    ("symbolic", "public", "expected"): msg("(A symbolic reward, public; everybody knows of it beforehand.)"),
    ("symbolic", "public", "surprise"): msg("(A symbolic reward, public; it comes as a surprise.)"),
    ("symbolic", "private", "expected"): msg(
        "(A symbolic reward, private; everybody knows of it beforehand.)"
    ),
    ("symbolic", "private", "surprise"): msg("(A symbolic reward, private; it comes as a surprise.)"),
}
CHALLENGES = {
    "person": msg("Challenge “{title}”: Each of you can reach {goal}, {begins}, {lasts}."),
    "team": msg("Challenge “{title}”: Each team can reach {goal}, {begins}, {lasts}."),
    "segment": msg("Challenge “{title}”: Each segment can reach {goal}, {begins}, {lasts}."),
    "everyone": msg("Challenge “{title}”: Everybody together can reach {goal}, {begins}, {lasts}."),
}
BOARDS = {
    "everyone": msg("Board “{title}”, for everybody: {window}. It shows {places}; {small}"),
    "segment": msg("Board “{title}”, within your segment: {window}. It shows {places}; {small}"),
    "team": msg("Board “{title}”, of teams: {window}. It shows {places}; {small}"),
}
BOARD_WINDOWS = {
    "day": msg("points of each day"),
    "week": msg("points of each week"),
    "month": msg("points of each month"),
    "total": msg("points of all time"),
}
AWARD_BUDGETS = {
    "day": msg(
        "All awards together can make {points} spendable a day; what goes beyond counts for your rank and your badges, and cannot be spent."
    ),
    "week": msg(
        "All awards together can make {points} spendable a week; what goes beyond counts for your rank and your badges, and "
        "cannot be spent."
    ),
    "month": msg(
        "All awards together can make {points} spendable a month; what goes beyond counts for your rank and your badges, "
        "and cannot be spent."
    ),
    "total": msg(
        "All awards together can make {points} spendable in all; what goes beyond counts for your rank and your badges, and "
        "cannot be spent."
    ),
}
ALLOWANCES = {
    "week": msg("Thanks: you can give colleagues {allowance} a week, {gift} at a time, {pair}; {worth}."),
    "month": msg("Thanks: you can give colleagues {allowance} a month, {gift} at a time, {pair}; {worth}."),
}
HIGHLIGHTS = {
    "public": msg(
        "Recognition “{title}”: {every}, once late reports no longer count, those who shared most items are thanked for everybody to see, "
        "at most {share} of people; lots are drawn between equals."
    ),
    "private": msg(
        "Recognition “{title}”: {every}, once late reports no longer count, those who shared most items are thanked in private, "
        "at most {share} of people; lots are drawn between equals."
    ),
}
