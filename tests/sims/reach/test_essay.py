"""The essay's figures come out to the unit."""

from sims.reach.essay import essay_figures


def test_every_figure_is_exact() -> None:
    values = [figure.value for figure in essay_figures()]
    assert values == [50, 5_000, 200_000, 600_000, 250_000, 2_500_000]


def test_json_is_whole_numbers() -> None:
    assert essay_figures()[0].as_json() == {
        "name": "a company page",
        "arithmetic": "5,000 followers x 1 %",
        "unit": "visits",
        "value": 50,
    }
