"""The demo's agreements that go on: a new version of the text, one renewal, own words of a branch,
a young volunteer with a guardian, and an association as a partner.
"""

from agreements.actions import agreements, local_clauses, signatures, templates
from agreements.models import Agreement, AgreementTemplate, Party, TemplateKind
from agreements.states import AgreementState
from coordination.actions import associations, guardians, people
from core.periods import today
from frivillig.demo.places import address

AGE_OF_THE_YOUNG = 16
NOTE = "Vi har skrevet tydeligere, hvad du gør, hvis du får brug for at låne noget med hjem."
NOTE_EN = "We say more clearly what to do if you need to borrow something."
ADDED = "\n\nVil du låne noget med hjem, så aftal det med din kontaktperson først."
OWN_WORDS = "Vi giver kaffe, te og frugt på dine vagter. Udlæg aftaler du med [[contact_name]]."
WAITING_WORDS = "De første tre gange følges du med en, der har været her længe."


def let_one_be_young(places, ties):
    """One who waits to sign is sixteen; the guardian signs as well."""
    engagement = ties.on_top["sent"][0]
    by = places.coordinators[engagement.site.branch.name]
    person = engagement.volunteer.person
    people.update_person(person=person, birth_year=today().year - AGE_OF_THE_YOUNG, by=by)
    guardians.register_guardian(ward=person, name="Vibeke Værge", email=address("vaerge"), by=by)


def let_it_go_on(places):
    """Everything else, once the agreements of the past are there."""
    _write_anew(places)
    _renew_two(places)
    _write_own_words(places)
    _agree_with_an_association(places)


def _write_anew(places):
    template = AgreementTemplate.objects.get(key=templates.READY_KEY)
    draft = templates.draft(template=template, by=places.manager)
    clause = draft.clauses.get(key="introduction")
    templates.change_clause(clause=clause, body=clause.body + ADDED, by=places.manager)
    templates.describe(version=draft, resign=False, note=NOTE, note_en=NOTE_EN, by=places.manager)
    templates.publish(version=draft, by=places.manager)


def _renew_two(places):
    """One waits to be signed, the other has been, so the old one is replaced. Of those whose text
    is frozen, so that what changed can be shown.
    """
    frozen = Agreement.objects.filter(
        state=AgreementState.CONCLUDED, documents__kind="text", ends_on=None, successors=None
    )
    frozen = frozen.select_related("branch").order_by("pk")
    _renewed(frozen.first(), places)
    new = _renewed(frozen.first(), places)
    for party, name in ((Party.VOLUNTEER, str(new.other_party)), (Party.LEADER, "Lederen")):
        signatures.register_paper(
            agreement=new, party=party, signed_on=today(), signer_name=name, by=new.created_by
        )


def _renewed(old, places):
    by = places.coordinators[old.branch.name]
    return agreements.send(agreement=agreements.renew(agreement=old, by=by), by=by)


def _write_own_words(places):
    template = AgreementTemplate.objects.get(key=templates.READY_KEY)
    name, branch = next(iter(places.branches.items()))
    by = places.coordinators[name]
    expenses = local_clauses.open_clause(template, "expenses")
    local = local_clauses.write(branch=branch, clause=expenses, body=OWN_WORDS, by=by)
    local_clauses.approve(local=local, by=places.manager)
    introduction = local_clauses.open_clause(template, "introduction")
    local_clauses.write(branch=branch, clause=introduction, body=WAITING_WORDS, by=by)


def _agree_with_an_association(places):
    name, branch = next(iter(places.branches.items()))
    by = places.coordinators[name]
    association = associations.create_association(name="Læsevennerne", cvr="12345674", by=by)
    associations.set_contact(
        association=association, name="Karla Kontakt", email=address("forening"), by=by
    )
    template = AgreementTemplate.objects.get(kind=TemplateKind.PARTNER)
    made = agreements.draft_with_association(
        association=association, branch=branch, template=template, by=by
    )
    agreements.send(agreement=made, by=by)
