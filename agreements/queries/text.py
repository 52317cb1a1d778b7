"""The templates' texts: versions, clauses, and branches' own words."""

from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from agreements import library
from agreements.models import Clause, LocalClause, TemplateVersion


def templates():
    """Templates that have a published version, by title."""
    return library.published().order_by("title")


def versions():
    """Published versions of templates with their clauses."""
    rows = TemplateVersion.objects.published().select_related("template", "published_by")
    return rows.prefetch_related("clauses")


def version_before(version):
    """The published version before this one, or None."""
    return versions().filter(template=version.template, number__lt=version.number).first()


def open_clauses():
    """The clauses of the versions in use for which a branch may have its own words."""
    return Clause.objects.filter(
        version__in=TemplateVersion.objects.current(), locked=False
    ).select_related("version__template")


def local_clauses():
    """The branches' own words that are in use or wait, each with its clause's `heading`."""
    central = Clause.objects.filter(
        version__in=TemplateVersion.objects.current(),
        version__template=OuterRef("template"),
        key=OuterRef("key"),
    )
    heading = Coalesce(Subquery(central.values("heading")[:1]), "key", output_field=CharField())
    rows = LocalClause.objects.filter(withdrawn_at__isnull=True).annotate(heading=heading)
    return rows.select_related("branch", "template", "written_by")
