"""The demo's import: a coordinator had some more shifts in a spreadsheet."""

from datetime import timedelta

from coordination.actions import imports
from coordination.exports import csv_bytes
from core.periods import today

BRANCH = "Vollsmose Bibliotek"
HEADINGS = ("Aktivitet", "Afdeling", "Dato", "Fra", "Til", "Vagt", "Pladser", "Mødested")
SATURDAYS = (3, 4)  # weeks from this one


def bring_in(places):
    """Two Saturdays of reading for exams, brought in and done."""
    monday = today() - timedelta(days=today().weekday())
    days = [monday + timedelta(weeks=weeks, days=5) for weeks in SATURDAYS]
    rows = [
        ("Lektiecafé", BRANCH, f"{day:%d-%m-%Y}", "11.00", "14.00", "Eksamenslæsning", "2", "Salen")
        for day in days
    ]
    by = places.coordinators[BRANCH]
    content = csv_bytes([HEADINGS, *rows], first=True)
    made = imports.begin(content=content, name="eksamenslaesning.csv", by=by)
    seen = imports.plan_for(made, by).mark
    imports.carry_out(table_import=made, seen=seen, by=by)
