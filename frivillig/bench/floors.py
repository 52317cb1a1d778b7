"""What the workloads are held against."""

from functools import cache

from django.http import HttpResponse
from django.template import engines
from weasyprint import HTML

from agreements import documents
from agreements.models import Agreement
from agreements.states import AgreementState
from coordination.models import Branch
from core import pdf

TEMPLATE = "<!doctype html><title>Floor</title><p>{{ request.user }} {{ count }}</p>"


def floor(request):
    """An authenticated page: session, user, one query, an almost empty template."""
    count = Branch.objects.count()
    return HttpResponse(_template().render({"count": count}, request))


def pdf_floor(request):
    """WeasyPrint alone in this warm process: the draft's HTML, our fonts, style and variant."""
    fonts, css, fetcher = pdf.style()
    document = HTML(string=_draft_html(), base_url="static:", url_fetcher=fetcher).render(
        font_config=fonts, stylesheets=[css], cache={}, pdf_variant=pdf.VARIANT
    )
    content = document.write_pdf(pdf_variant=pdf.VARIANT, cache={})
    return HttpResponse(content, content_type="application/pdf")


@cache
def _template():
    return engines["django"].from_string(TEMPLATE)


@cache
def _draft_html():
    draft = Agreement.objects.filter(state=AgreementState.DRAFT).earliest("pk")
    return documents.source(documents.loaded(draft.pk))
