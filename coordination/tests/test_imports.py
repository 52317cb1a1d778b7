"""Import of activities and shifts: look first, all or nothing, and the same file twice is once."""

import io
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coordination import columns as rules
from coordination import import_example
from coordination.actions import imports, shifts
from coordination.forms.imports import letter
from coordination.models import Activity, Import, ImportTable, Shift, Site
from coordination.states import ActivityState
from coordination.tests import factories
from coordination.views.imports import example_csv
from core import jobs
from core.errors import DomainError
from core.models import AuditEvent, Job, JobState
from core.periods import local, today

ODENSE = Path("frivillig/demo/odense_overview.csv")
HEAD = ("Aktivitet", "Afdeling", "Dato", "Fra", "Til", "Vagt", "Pladser", "Mødested")
DAY = today() + timedelta(days=30)


def row(**said):
    """A row of a shift, as people write it."""
    usual = {
        "Aktivitet": "Lørdagscafé",
        "Afdeling": "Vollsmose Bibliotek",
        "Dato": f"{DAY:%d-%m-%Y}",
        "Fra": "10.00",
        "Til": "12.30",
        "Vagt": "",
        "Pladser": "3",
        "Mødested": "Skranken",
    }
    return [(usual | said)[name] for name in HEAD]


def table(*rows, head=HEAD):
    return "\n".join(";".join(cells) for cells in (head, *rows)).encode("utf-8-sig")


def begun(content, by, *, branch=None):
    made = imports.begin(content=content, name="vagter.csv", by=by)
    columns = {int(number): key for number, key in made.columns.items()}
    return imports.choose_columns(table_import=made, columns=columns, branch=branch, by=by)


def plan(content, by, **options):
    return imports.plan_for(begun(content, by, **options), by)


def bring_in(content, by, **options):
    made = begun(content, by, **options)
    seen = imports.plan_for(made, by).mark
    return imports.carry_out(table_import=made, seen=seen, by=by)


def outcomes(result, key="shifts"):
    return tuple(result[key][outcome] for outcome in ("made", "changed", "left"))


def nothing_there():
    return not (Activity.objects.exists() or Site.objects.exists() or Shift.objects.exists())


def everything():
    """What stands, as values: two of these are equal where nothing has changed."""
    return [list(model.objects.order_by("pk").values()) for model in (Activity, Site, Shift)]


def messages(found):
    return [(one.row, one.column) for one in found.wrong]


# --- What it makes ---------------------------------------------------------------------------


def test_import_makes_activity_site_and_shift(here, coordinator):
    done = bring_in(table(row(), row(Vagt="Oprydning", Fra="12.30", Til="14")), coordinator)
    assert done.result["activities"] == {"made": 1, "changed": 0, "left": 0}
    activity = Activity.objects.get()
    assert (activity.title, activity.branch, activity.kind) == ("Lørdagscafé", here, "continuous")
    assert [site.branch for site in activity.sites.all()] == [here]
    first, second = Shift.objects.order_by("starts_at")
    assert (first.starts_at, first.ends_at) == (
        factories.at(DAY, 10),
        factories.at(DAY, 12, 30),
    )
    assert (first.capacity, first.minimum, first.place) == (3, 1, "Skranken")
    assert (second.title, local(second.ends_at).hour) == ("Oprydning", 14)


def test_import_leaves_events_for_what_it_makes(here, coordinator):
    bring_in(table(row()), coordinator)
    kinds = set(AuditEvent.objects.values_list("kind", flat=True))
    assert {"activity.created", "site.added", "shift.planned", "import.carried_out"} <= kinds


def test_dry_run_writes_nothing(here, coordinator):
    found = plan(table(row()), coordinator)
    assert outcomes(found.counts()) == (1, 0, 0)
    assert nothing_there()


def test_twice_changes_nothing(here, coordinator):
    content = table(row(), row(Vagt="Oprydning"))
    bring_in(content, coordinator)
    before = everything()
    again = plan(content, coordinator)
    assert not again.does_something
    assert outcomes(bring_in(content, coordinator).result) == (0, 0, 2)
    assert everything() == before


def test_a_corrected_file_changes_what_differs(here, coordinator):
    bring_in(table(row(), row(Vagt="Oprydning")), coordinator)
    kept = Shift.objects.get(title="Oprydning")
    done = bring_in(table(row(Pladser="5"), row(Vagt="Oprydning")), coordinator)
    assert outcomes(done.result) == (0, 1, 1)
    assert Shift.objects.get(title="").capacity == 5
    assert Shift.objects.get(pk=kept.pk) == kept
    assert Shift.objects.count() == 2


def test_an_empty_cell_leaves_what_stands(here, coordinator):
    bring_in(table(row()), coordinator)
    bring_in(table(row(Mødested="", Pladser="")), coordinator)
    assert Shift.objects.values_list("place", "capacity").get() == ("Skranken", 3)


def test_titles_and_branches_are_compared_kindly(here, coordinator):
    bring_in(table(row()), coordinator)
    content = table(row(Aktivitet="  lørdagsCAFÉ ", Afdeling="vollsmose  bibliotek"))
    assert not plan(content, coordinator).does_something


def test_a_shift_with_roles_keeps_its_places(here, coordinator):
    bring_in(table(row()), coordinator)
    shifts.change(shift=Shift.objects.get(), roles="Bager: 2\nVært: 3", by=coordinator)
    assert not plan(table(row(Pladser="4")), coordinator).does_something
    assert Shift.objects.get().capacity == 5


def test_a_cancelled_shift_stays_cancelled(here, coordinator):
    bring_in(table(row()), coordinator)
    shifts.cancel_shift(shift=Shift.objects.get(), by=coordinator)
    assert not plan(table(row()), coordinator).does_something


def test_an_activity_of_the_municipality_gets_shifts_here(municipality, here, coordinator):
    activity = factories.make_activity(municipality, "Lørdagscafé")
    site = factories.make_site(here, activity)
    bring_in(table(row()), coordinator)
    assert Shift.objects.get().site == site
    assert Activity.objects.get() == activity


def test_an_end_before_the_start_is_the_next_days(here, coordinator):
    bring_in(table(row(Fra="22.00", Til="02.00")), coordinator)
    shift = Shift.objects.get()
    assert local(shift.ends_at) == local(factories.at(DAY + timedelta(days=1), 2))


def test_excel_brings_in_the_same_as_csv(here, coordinator):
    book = openpyxl.Workbook()
    book.active.append(["Vagtplan for foråret"])
    book.active.append(list(HEAD))
    values = [DAY, time(10), 12.5 / 24, "", 3, "Skranken"]
    book.active.append(["Lørdagscafé", "Vollsmose Bibliotek", *values])
    output = io.BytesIO()
    book.save(output)
    bring_in(output.getvalue(), coordinator)
    assert not plan(table(row()), coordinator).does_something
    assert Shift.objects.count() == 1


@pytest.mark.parametrize("write", [example_csv, import_example.as_xlsx])
def test_the_example_can_be_imported_as_it_is(here, coordinator, write):
    made = begun(write(here), coordinator)
    assert len(made.columns) == len(rules.COLUMNS)
    found = imports.plan_for(made, coordinator)
    assert (found.wrong, outcomes(found.counts())) == ([], (3, 0, 0))


def test_odense_overview_is_brought_in(municipality, manager):
    names = {
        name
        for line in ODENSE.read_text(encoding="utf-8").splitlines()[1:]
        for name in line.split(";")[4].split("|")
    }
    for name in names:
        factories.make_branch(name, parent=municipality)
    content = ODENSE.read_bytes()
    done = bring_in(content, manager, branch=municipality)
    assert done.columns == {"0": "activity", "1": "kind", "4": "branches"}
    lines = len(content.decode().strip().splitlines()) - 1
    assert outcomes(done.result, "activities") == (lines, 0, 0)
    several = Activity.objects.get(title="Lektiecafé")
    assert {site.branch.name for site in several.sites.all()} == {
        "Vollsmose Bibliotek",
        "Tarup Bibliotek",
    }
    assert several.branch == municipality
    assert not plan(content, manager, branch=municipality).does_something


# --- What is wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ({"Aktivitet": ""}, "Aktivitet"),
        ({"Aktivitet": "x" * 121}, "Aktivitet"),
        ({"Aktivitet": "#REF!"}, "Aktivitet"),
        ({"Afdeling": "Volsmose Bibliotek"}, "Afdeling"),
        ({"Dato": "i morgen"}, "Dato"),
        ({"Dato": ""}, "Dato"),
        ({"Dato": "03-03-2020"}, ""),
        ({"Fra": "15.3"}, "Fra"),
        ({"Fra": ""}, "Fra"),
        ({"Til": "9.00", "Fra": "10.00"}, "Til"),
        ({"Til": "10.00"}, "Til"),
        ({"Pladser": "to"}, "Pladser"),
        ({"Pladser": "0"}, "Pladser"),
        ({"Pladser": "2,5"}, "Pladser"),
        ({"Mødested": "x" * 121}, "Mødested"),
    ],
)
def test_one_wrong_row_and_nothing_is_done(here, coordinator, said, column):
    content = table(row(Vagt="God"), row(**said))
    with translation.override("da"):
        made = begun(content, coordinator)
        found = imports.plan_for(made, coordinator)
        assert messages(found) == [(3, column)]
        with pytest.raises(DomainError) as caught:
            imports.carry_out(table_import=made, seen=found.mark, by=coordinator)
    assert caught.value.code == "look_first"
    assert nothing_there()


def test_every_wrong_row_is_told_at_once(here, coordinator):
    content = table(row(Dato="x"), row(), row(Fra="x", Pladser="x", Afdeling="Ukendt"))
    assert [one.row for one in plan(content, coordinator).wrong] == [2, 4, 4, 4]


def test_another_branchs_rows_are_wrong(here, elsewhere, coordinator):
    found = plan(table(row(), row(Afdeling="Bolbro Bibliotek")), coordinator)
    assert [one.row for one in found.wrong] == [3]
    assert "Bolbro Bibliotek" in found.wrong[0].message


def test_another_branchs_activity_is_not_changed(municipality, here, coordinator):
    activity = factories.make_activity(municipality, "Lørdagscafé", purpose="Vores")
    factories.make_site(here, activity)
    head = ("Aktivitet", "Afdeling", "Formål")
    content = table(("Lørdagscafé", "Vollsmose Bibliotek", "Deres"), head=head)
    assert len(plan(content, coordinator).wrong) == 1


def test_a_misspelt_branch_gets_a_suggestion(here, coordinator):
    found = plan(table(row(Afdeling="Volsmose Bibliotek")), coordinator)
    assert "Vollsmose Bibliotek" in found.wrong[0].message


def test_the_same_shift_twice_is_wrong(here, coordinator):
    assert [one.row for one in plan(table(row(), row(Pladser="4")), coordinator).wrong] == [3]


def test_two_rows_may_not_say_different_things_of_one_activity(here, coordinator):
    head = ("Aktivitet", "Afdeling", "Formål")
    rows = [("A", "Vollsmose Bibliotek", "Et"), ("A", "Vollsmose Bibliotek", "To")]
    assert [one.row for one in plan(table(*rows, head=head), coordinator).wrong] == [3]


def test_two_activities_of_one_title_need_their_owner(municipality, here, central_coordinator):
    for owner in (municipality, here):
        factories.make_site(here, factories.make_activity(owner, "Lørdagscafé"))
    by = central_coordinator
    assert [one.row for one in plan(table(row()), by).wrong] == [2]
    owned = table(["Vollsmose Bibliotek", *row()], head=("Ejer", *HEAD))
    assert plan(owned, by).wrong == []


def test_a_line_that_could_mean_another_one_later_is_wrong(here, elsewhere, central_coordinator):
    """Row 2 makes one owned here, row 3 one owned elsewhere at the same branch."""
    rows = [["", *row()], ["Bolbro Bibliotek", *row(Vagt="To")]]
    found = plan(table(*rows, head=("Ejer", *HEAD)), central_coordinator)
    assert [one.row for one in found.wrong] == [2]


def test_fewer_places_than_people_is_wrong(here, coordinator):
    bring_in(table(row()), coordinator)
    shift = Shift.objects.get()
    for _number in range(2):
        on_it(shift, coordinator)
    assert [one.row for one in plan(table(row(Pladser="1")), coordinator).wrong] == [2]
    assert plan(table(row(Pladser="2")), coordinator).wrong == []


def on_it(shift, by):
    """Somebody who is signed up for the shift."""
    volunteer = factories.make_volunteer()
    return shift.assignments.create(
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=timezone.now(),
        booked_by=by,
    )


def test_another_meeting_place_is_not_brought_in_where_somebody_is(here, coordinator):
    """They would have to say yes to it, and be shown first: that is the shift's page."""
    bring_in(table(row(), row(Vagt="To"), row(Vagt="Tom")), coordinator)
    first, second, _nobody = Shift.objects.order_by("pk")
    on_it(first, coordinator)
    factories.make_group(second)
    elsewhere = {"Mødested": "Sal 2"}
    with translation.override("da"):
        found = plan(
            table(row(**elsewhere), row(Vagt="To", **elsewhere), row(Vagt="Tom", **elsewhere)),
            coordinator,
        )
    assert messages(found) == [(2, "Mødested"), (3, "Mødested")]
    left = table(row(Mødested=""), row(Vagt="Tom", **elsewhere))
    assert outcomes(bring_in(left, coordinator).result) == (0, 1, 1)
    assert list(Shift.objects.order_by("pk").values_list("place", flat=True)) == [
        "Skranken",
        "Skranken",
        "Sal 2",
    ]


class JoinsJustBefore:
    """Somebody signs up in the moment before the shift is written: a wrapper around the
    database."""

    def __init__(self, shift, by):
        self.shift, self.by, self.joined = shift, by, None

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith('UPDATE "coordination_shift"') and self.joined is None:
            self.joined = True
            self.joined = on_it(self.shift, self.by)
        return execute(sql, params, many, context)


def test_who_signed_up_since_the_plan_is_asked(here, coordinator):
    bring_in(table(row()), coordinator)
    joins = JoinsJustBefore(Shift.objects.get(), coordinator)
    with connection.execute_wrapper(joins):
        bring_in(table(row(Mødested="Sal 2")), coordinator)
    joins.joined.refresh_from_db()
    assert joins.joined.is_unconfirmed


def test_an_ended_activity_gets_no_shifts(here, coordinator):
    activity = factories.make_activity(here, "Lørdagscafé", state=ActivityState.ENDED)
    factories.make_site(here, activity)
    assert [one.row for one in plan(table(row()), coordinator).wrong] == [2]


def test_a_closed_branch_gets_no_activity(here, coordinator):
    here.closed_on = today()
    here.save()
    assert [one.row for one in plan(table(row()), coordinator).wrong] == [2]


def test_the_hour_that_is_left_out_is_wrong(here, coordinator):
    spring = date(2027, 3, 28)
    found = plan(table(row(Dato=f"{spring:%d-%m-%Y}", Fra="02.30", Til="05.00")), coordinator)
    assert [one.row for one in found.wrong] == [2]


def test_the_hour_that_comes_twice_is_its_first(here, coordinator):
    autumn = date(2027, 10, 31)
    bring_in(table(row(Dato=f"{autumn:%d-%m-%Y}", Fra="02.30", Til="04.00")), coordinator)
    assert Shift.objects.get().minutes == 150


# --- Headings --------------------------------------------------------------------------------


def test_headings_are_guessed_in_both_languages():
    danish = ("Aktivitet:", "Bibliotek", "Dato", "Kl.", "Slut", "Antal frivillige", "Note")
    english = ("activity", "branch", "date", "from", "to", "places", "remarks")
    expected = ["activity", "branches", "day", "starts", "ends", "capacity", "note"]
    assert list(rules.guess(danish).values()) == expected
    assert list(rules.guess(english).values()) == expected


def test_a_heading_that_comes_twice_is_used_once():
    assert rules.guess(("Dato", "Aktivitet", "Dato")) == {0: "day", 1: "activity"}


def test_what_a_heading_meant_is_remembered(here, coordinator):
    head = ("Hvad", "Afdeling", "Bemærkning")
    content = table(("Café", "Vollsmose Bibliotek", "Intern"), head=head)
    made = imports.begin(content=content, name="a.csv", by=coordinator)
    columns = {0: "activity", 1: "branches"}
    imports.choose_columns(table_import=made, columns=columns, branch=None, by=coordinator)
    again = imports.begin(content=content, name="b.csv", by=coordinator)
    assert again.columns == {"0": "activity", "1": "branches"}


def test_headings_that_mean_nothing_are_not_remembered(here, coordinator):
    head = ("Aktivitet", "Afdeling", "Hanne Jensen")
    made = begun(table(("Café", "Vollsmose Bibliotek", "x"), head=head), coordinator)
    assert "hanne jensen" not in made.known


def test_a_file_of_headings_alone_is_refused(here, coordinator):
    with pytest.raises(DomainError) as caught:
        imports.begin(content=table(), name="a.csv", by=coordinator)
    assert caught.value.code == "no_rows"


# --- Looked at, carried out, forgotten -------------------------------------------------------


def test_what_has_changed_since_is_looked_at_again(here, coordinator):
    made = begun(table(row(), row(Vagt="To")), coordinator)
    seen = imports.plan_for(made, coordinator).mark
    bring_in(table(row()), coordinator)
    with pytest.raises(DomainError) as caught:
        imports.carry_out(table_import=made, seen=seen, by=coordinator)
    assert caught.value.code == "look_first"
    assert Shift.objects.count() == 1


def sent_off(content, by):
    made = begun(content, by)
    seen = imports.plan_for(made, by).mark
    return made, imports.send_off(table_import=made, seen=seen, by=by)


def test_job_brings_in_and_deletes_the_table(here, coordinator):
    made, job = sent_off(table(row()), coordinator)
    assert jobs.run(job.pk)
    made.refresh_from_db()
    assert (made.is_done, Shift.objects.count()) == (True, 1)
    assert not ImportTable.objects.exists()
    assert Job.objects.get(pk=job.pk).state == JobState.DONE


def test_job_tells_how_many_rows_and_shows_no_bar_that_stands_still(here, coordinator):
    _made, job = sent_off(table(row(), row(Vagt="To")), coordinator)
    lost = LostAt('INSERT INTO "coordination_shift"', 1)
    with connection.execute_wrapper(lost):
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.step, job.progress_total) == ("2 rækker hentes ind på én gang", 0)


def test_job_says_why_nothing_was_written(here, coordinator):
    made, job = sent_off(table(row(), row(Vagt="To")), coordinator)
    bring_in(table(row()), coordinator)
    assert jobs.run(job.pk)
    made.refresh_from_db()
    assert (made.is_done, Shift.objects.count()) == (False, 1)
    assert made.result["refused"]


class LostAt:
    """The worker dies at the n-th statement that begins so: a wrapper around the database."""

    def __init__(self, start, number):
        self.start, self.left = start, number

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(self.start):
            self.left -= 1
            if self.left == 0:
                raise MemoryError
        return execute(sql, params, many, context)


def test_killed_half_way_leaves_nothing_and_is_done_again(here, coordinator):
    """The worker is lost between the first shift and the second."""
    _made, job = sent_off(table(row(), row(Vagt="To")), coordinator)
    lost = LostAt('INSERT INTO "coordination_shift"', 2)
    with connection.execute_wrapper(lost):
        assert not jobs.run(job.pk)
    assert lost.left == 0
    assert nothing_there()
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now())
    assert jobs.run(job.pk)
    assert Shift.objects.count() == 2


def test_tables_are_forgotten_after_a_day(here, coordinator):
    made = begun(table(row()), coordinator)
    imports.forget_old(timezone.now() + timedelta(hours=23))
    assert ImportTable.objects.count() == 1
    imports.forget_old(timezone.now() + timedelta(hours=25))
    assert not Import.objects.filter(pk=made.pk).exists()


def test_what_was_brought_in_is_remembered_for_a_year(here, coordinator):
    done = bring_in(table(row()), coordinator)
    imports.forget_old(timezone.now() + timedelta(days=30))
    assert Import.objects.get() == done
    imports.forget_old(timezone.now() + timedelta(days=366))
    assert not Import.objects.exists()


def test_an_import_costs_the_same_however_many_rows(
    here, coordinator, django_assert_max_num_queries
):
    content = table(*(row(Vagt=f"Vagt {number}") for number in range(60)))
    made = begun(content, coordinator)
    with django_assert_max_num_queries(7):
        assert len(imports.plan_for(made, coordinator).shifts) == 60


# --- Pages -----------------------------------------------------------------------------------


def upload(content, name="vagter.csv"):
    return {"file": SimpleUploadedFile(name, content)}


def test_pages_from_file_to_done(client, here, coordinator):
    client.force_login(coordinator)
    answer = client.post(reverse("coordination:import"), upload(table(row())))
    made = Import.objects.get()
    columns = reverse("coordination:import-columns", args=[made.pk])
    assert answer["Location"] == columns
    form = client.get(columns).context["form"]
    typed = {name: form.initial.get(name, "") for name in form.numbers}
    detail = client.post(columns, typed)["Location"]
    shown = client.get(detail)
    assert "Række 2: " in shown.content.decode()
    seen = shown.context["form"]["looked_at"].value()
    address = client.post(detail, {"looked_at": seen})["Location"]
    job = Job.objects.get(name=imports.JOB)
    assert address == reverse("core:job", args=[job.pk])
    assert "Se, hvor langt den er" in client.get(detail).content.decode()
    assert jobs.run(job.pk)
    assert detail in client.get(address).content.decode()
    assert "Hentet ind" in client.get(reverse("coordination:import")).content.decode()
    assert Shift.objects.count() == 1


def test_page_asks_to_look_again(client, here, coordinator):
    client.force_login(coordinator)
    made = begun(table(row()), coordinator)
    address = reverse("coordination:import-detail", args=[made.pk])
    answer = client.post(address, {"looked_at": "noget andet"})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Job.objects.filter(name=imports.JOB).exists()
    seen = answer.context["form"]["looked_at"].value()
    assert client.post(address, {"looked_at": seen}).status_code == 302


@pytest.mark.parametrize(
    "content", [b"MZ\x90\x00\x03", b"PK\x03\x04xx", b"", b"%PDF-1.4\x00", b"\xff\xd8\xff\xe0\x00"]
)
def test_page_refuses_what_is_no_table(client, here, coordinator, content):
    client.force_login(coordinator)
    answer = client.post(reverse("coordination:import"), upload(content, "vagter.xlsx"))
    assert list(answer.context["form"].errors) == ["file"]
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "wrong"),
    [
        ({"column0": ""}, ["__all__"]),
        ({"column1": "activity"}, ["column0", "column1"]),
        ({"column4": ""}, ["__all__"]),
        ({"column1": ""}, ["branch"]),
        ({"column2": "noget"}, ["column2"]),
    ],
)
def test_columns_say_what_lacks(client, here, coordinator, chosen, wrong):
    client.force_login(coordinator)
    made = begun(table(row()), coordinator)
    address = reverse("coordination:import-columns", args=[made.pk])
    typed = {f"column{number}": key for number, key in made.columns.items()}
    answer = client.post(address, typed | chosen)
    assert list(answer.context["form"].errors) == wrong


def test_given_up_is_deleted(client, here, coordinator):
    client.force_login(coordinator)
    made = begun(table(row()), coordinator)
    client.post(reverse("coordination:import-throw-away", args=[made.pk]))
    assert not Import.objects.exists()


def test_column_letters_are_those_of_spreadsheets():
    assert [letter(number) for number in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


# --- Anything --------------------------------------------------------------------------------

WORDS = st.sampled_from(["Café", "café", "Læsekreds", "", "Ukendt"])
PLACES = st.sampled_from(
    ["Vollsmose Bibliotek", "Bolbro Bibliotek", "Vollsmose Bibliotek|Bolbro Bibliotek", "", "X"]
)
TIMES = st.sampled_from(["10.00", "12:30", "0,5", "22", "02.00", "", "x"])
ROWS = st.lists(
    st.tuples(
        WORDS,
        PLACES,
        st.sampled_from([f"{DAY:%d-%m-%Y}", f"{DAY + timedelta(days=1):%Y-%m-%d}", "", "x"]),
        TIMES,
        TIMES,
        st.sampled_from(["", "Bar", "bar"]),
        st.sampled_from(["", "1", "4", "x"]),
        st.sampled_from(["", "Skranken"]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25)
@given(ROWS)
def test_any_table_is_brought_in_whole_or_not_at_all_and_twice_is_once(
    here, elsewhere, central_coordinator, rows
):
    """Whatever is in the file: wrong rows and nothing done, or done, and done again changes
    nothing."""
    assume(any(any(cells) for cells in rows))
    by = central_coordinator
    Shift.objects.all().delete()
    Site.objects.all().delete()
    Activity.objects.all().delete()
    content = table(*rows)
    made = begun(content, by)
    found = imports.plan_for(made, by)
    if found.wrong:
        with pytest.raises(DomainError):
            imports.carry_out(table_import=made, seen=found.mark, by=by)
        assert nothing_there()
        return
    imports.carry_out(table_import=made, seen=found.mark, by=by)
    before = everything()
    again = plan(content, by)
    assert (again.wrong, again.does_something) == ([], False)
    bring_in(content, by)
    assert everything() == before


def test_the_moment_is_what_stands_in_the_file(here, coordinator):
    head = ("Aktivitet", "Afdeling", "Start", "Slut")
    start = datetime.combine(DAY, time(10))
    content = table(
        ("Café", "Vollsmose Bibliotek", f"{start:%d-%m-%Y %H:%M}", f"{start:%d-%m-%Y} 12:30"),
        head=head,
    )
    bring_in(content, coordinator)
    assert Shift.objects.get().ends_at == factories.at(DAY, 12, 30)
