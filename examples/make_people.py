"""Write people-midsize.csv: 500 invented people, the same to the byte on every machine.

    python examples/make_people.py            # rewrites examples/people-midsize.csv

Contact counts are lognormal (median about 300, sigma 1) with a Pareto tail for one person in a hundred,
the prior of the behavioural model. Nobody in the file exists.
"""

import csv
import io
import math
import random
from pathlib import Path

SEED = 20260105

# segment: (people, teams, median contacts, desk, share of part-timers)
SEGMENTS = {
    "engineering": (130, ("platform", "apps", "data", "quality"), 280, "desk", 0.08),
    "sales": (80, ("sales-north", "sales-south", "partners"), 620, "desk", 0.04),
    "marketing": (35, ("brand", "content"), 560, "desk", 0.10),
    "support": (70, ("care-day", "care-night"), 240, "desk", 0.25),
    "operations": (120, ("warehouse-east", "warehouse-west", "field-service"), 190, "non-desk", 0.35),
    "people-finance": (45, ("people", "finance"), 340, "desk", 0.20),
    "leadership": (20, ("leadership",), 900, "desk", 0.0),
}
ZONES = {
    "Europe/Madrid": 0.40,
    "Europe/Berlin": 0.18,
    "America/New_York": 0.20,
    "America/Sao_Paulo": 0.10,
    "Asia/Tokyo": 0.07,
    "Asia/Kolkata": 0.05,
}
LOCALES = {"Europe/Madrid": "es", "Europe/Berlin": "de", "America/Sao_Paulo": "pt", "Asia/Tokyo": "ja"}
FIRST = """
Ada Aisha Akira Alba Ana Anders Ben Bea Carla Carmen Chen Chloe Daan Dana Diego Elif Elena Emre Eva Farah
Felix Fatima Gael Gita Hana Hugo Ines Ivan Iris Jana Jonas Julia Kaori Karim Kofi Lara Leo Lin Lucia Luis
Maja Marco Marta Mei Mila Nadia Nils Nora Olga Omar Otto Pablo Paula Petra Priya Quinn Rafa Ravi Rosa
Ruben Sara Sena Sofia Tariq Tess Tomas Uma Vera Viktor Wanda Xavi Yara Yuki Zoe
"""
LAST = """
Abe Acosta Adler Almeida Arias Bauer Beck Blanco Braun Castro Costa Cruz Diaz Duarte Egger Eto Faria
Fischer Fuentes Gil Gomez Grau Haas Herrera Ito Jansen Jimenez Kato Keller Kim Koch Kumar Lang Lima Lopez
Lorenz Maier Marin Mehta Mora Mori Nair Navarro Neri Okafor Ortega Otero Park Pinto Prieto Rao Reyes
Rivas Roth Ruiz Sato Serra Silva Singh Soto Stein Tanaka Torres Ueda Vargas Vega Vidal Wang Weber Wolf
Yilmaz Zamora Ziegler
"""


def contacts(rng: random.Random, median: float) -> int:
    """One contact count: lognormal, and for one person in a hundred a Pareto tail above 8 x the median."""
    if rng.random() < 0.01:
        return min(30_000, round(8 * median * rng.paretovariate(1.6)))
    return max(5, min(30_000, round(median * math.exp(rng.gauss(0.0, 1.0)))))


def people(seed: int = SEED) -> list[dict[str, str]]:
    """The rows, in id order."""
    rng = random.Random(seed)  # noqa: S311 - invented people, not secrets
    names = [f"{first} {last}" for first in FIRST.split() for last in LAST.split()]
    rng.shuffle(names)
    rows: list[dict[str, str]] = []
    for segment, (count, teams, median, desk, part_time) in SEGMENTS.items():
        for position in range(count):
            number = len(rows) + 1
            team = teams[position % len(teams)]
            zone = rng.choices(list(ZONES), list(ZONES.values()))[0]
            hours = rng.choice(("0.5", "0.6", "0.8")) if rng.random() < part_time else "1.0"
            rows.append(
                {
                    "id": f"p{number:03d}",
                    "name": names[number - 1],
                    "segment": segment,
                    "team": team,
                    "timezone": zone,
                    "contacts": str(contacts(rng, median)),
                    "locale": LOCALES.get(zone, "en"),
                    "role": "employee",
                    "manager": "",
                    "email": f"p{number:03d}@example.com",
                    "desk": desk,
                    "hours_share": hours,
                }
            )
    appoint(rows)
    return rows


def appoint(rows: list[dict[str, str]]) -> None:
    """Every team's first member manages it; one of `people` has role hr, one of `content` strategist."""
    heads: dict[str, str] = {}
    for row in rows:
        heads.setdefault(row["team"], row["id"])
    for row in rows:
        head = heads[row["team"]]
        row["manager"] = heads["leadership"] if row["id"] == head != heads["leadership"] else head
        if row["manager"] == row["id"]:
            row["manager"] = ""
    for team, role in (("people", "hr"), ("content", "strategist")):
        next(row for row in rows if row["team"] == team and row["id"] != heads[team])["role"] = role


def text(rows: list[dict[str, str]]) -> str:
    """The CSV file's text, with Unix line ends."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


if __name__ == "__main__":
    Path(__file__).with_name("people-midsize.csv").write_text(text(people()), encoding="utf-8")
