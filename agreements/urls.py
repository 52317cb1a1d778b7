from django.urls import path

from agreements.documents import EASY, ENGLISH
from agreements.views import (
    agreements,
    attestations,
    batches,
    board,
    consents,
    duties,
    library,
    living,
    many,
    mitid,
    scans,
    signing,
    terms,
    verification,
)

app_name = "agreements"
urlpatterns = [
    path("aftaler/", agreements.AgreementListView.as_view(), name="agreement-list"),
    path("aftaler/mangler/", agreements.MissingView.as_view(), name="agreement-missing"),
    path("aftaler/ny/<int:pk>/", agreements.AgreementMakeView.as_view(), name="agreement-make"),
    path("aftaler/forening/<int:pk>/ny/", living.PartnerMakeView.as_view(), name="partner-make"),
    path("aftaler/vaerge/<int:pk>/", living.GuardianCreateView.as_view(), name="guardian-create"),
    path("aftaler/tekster/", library.TextListView.as_view(), name="text-list"),
    path("aftaler/tekster/<int:pk>/", library.TextDetailView.as_view(), name="text-detail"),
    path(
        "aftaler/tekster/version/<int:pk>/",
        library.TextChangesView.as_view(),
        name="text-changes",
    ),
    path(
        "aftaler/egne-ord/ny/<int:pk>/",
        library.LocalClauseWriteView.as_view(),
        name="local-clause-write",
    ),
    path(
        "aftaler/egne-ord/<int:pk>/godkend/",
        library.LocalClauseApproveView.as_view(),
        name="local-clause-approve",
    ),
    path(
        "aftaler/egne-ord/<int:pk>/traek-tilbage/",
        library.LocalClauseWithdrawView.as_view(),
        name="local-clause-withdraw",
    ),
    path("aftaler/arkiv/", living.ArchiveView.as_view(), name="archive"),
    path(
        "aftaler/arkiv/<int:pk>.pdf",
        living.ArchivedDocumentView.as_view(),
        name="archived-document",
    ),
    path("aftaler/<int:pk>/forny/", living.AgreementRenewView.as_view(), name="agreement-renew"),
    path("aftaler/<int:pk>/", agreements.AgreementDetailView.as_view(), name="agreement-detail"),
    path(
        "aftaler/<int:pk>/tekst.pdf",
        agreements.AgreementPreviewView.as_view(),
        name="agreement-preview",
    ),
    path(
        "aftaler/<int:pk>/let.pdf",
        agreements.AgreementInformationView.as_view(variant=EASY),
        name="agreement-easy",
    ),
    path(
        "aftaler/<int:pk>/english.pdf",
        agreements.AgreementInformationView.as_view(variant=ENGLISH),
        name="agreement-english",
    ),
    path("aftaler/<int:pk>/send/", agreements.AgreementSendView.as_view(), name="agreement-send"),
    path("aftaler/<int:pk>/link/", agreements.AgreementLinkView.as_view(), name="agreement-link"),
    path(
        "aftaler/<int:pk>/underskriv/",
        agreements.AgreementSignView.as_view(),
        name="agreement-sign",
    ),
    path(
        "aftaler/<int:pk>/papir/", agreements.AgreementPaperView.as_view(), name="agreement-paper"
    ),
    path("aftaler/<int:pk>/slut/", agreements.AgreementEndView.as_view(), name="agreement-end"),
    path(
        "aftaler/<int:pk>/traek-tilbage/",
        agreements.AgreementWithdrawView.as_view(),
        name="agreement-withdraw",
    ),
    path("aftaler/dokument/<int:pk>.pdf", agreements.DocumentView.as_view(), name="document"),
    path("aftaler/scanning/<int:pk>/", scans.ScanView.as_view(), name="scan"),
    path("aftaler/underskrift/<int:pk>/scanning/", scans.ScanAddView.as_view(), name="scan-add"),
    path("dokument/", verification.VerifyView.as_view(), name="verify"),
    path("dokument/<str:code>/", verification.VerifyAnswerView.as_view(), name="verify-answer"),
    path("frivillige/<int:pk>/samtykker/", consents.ConsentListView.as_view(), name="consent-list"),
    path(
        "frivillige/<int:pk>/samtykker/billeder/",
        consents.ConsentAskView.as_view(),
        name="consent-ask",
    ),
    path(
        "frivillige/<int:pk>/samtykker/papir/",
        consents.ConsentRegisterView.as_view(),
        name="consent-register",
    ),
    path(
        "frivillige/<int:pk>/samtykker/<int:consent>/traek-tilbage/",
        consents.WithdrawForView.as_view(),
        name="consent-withdraw",
    ),
    path(
        "frivillige/<int:pk>/tavshedserklaering/",
        consents.DeclarationRegisterView.as_view(),
        name="declaration-register",
    ),
    path("samtykker/<int:pk>/svar/", consents.ConsentAnswerView.as_view(), name="consent-answer"),
    path(
        "samtykker/<int:pk>/taget-ned/", consents.TakeDownView.as_view(), name="consent-take-down"
    ),
    path("min-side/samtykker/", consents.OwnConsentsView.as_view(), name="own-consents"),
    path(
        "min-side/samtykker/ja/<slug:kind>/",
        consents.OwnGiveView.as_view(),
        name="own-consent-give",
    ),
    path("min-side/samtykker/<int:pk>/", consents.OwnConsentView.as_view(), name="own-consent"),
    path(
        "min-side/tavshedserklaering/",
        consents.OwnDeclarationView.as_view(),
        name="own-declaration",
    ),
    path("aftaler/samlet/", many.BatchView.as_view(), name="agreement-batch"),
    path("aftaler/journal/", many.JournalView.as_view(), name="agreement-journal"),
    path("overblik/papirer/", board.BoardView.as_view(), name="board"),
    path("overblik/papirer/<slug:key>/", board.BoardListView.as_view(), name="board-list"),
    path("attester/", attestations.AttestationListView.as_view(), name="attestation-list"),
    path(
        "attester/mangler/",
        attestations.AttestationMissingView.as_view(),
        name="attestation-missing",
    ),
    path(
        "attester/bestil/<int:pk>/",
        attestations.AttestationOrderView.as_view(),
        name="attestation-order",
    ),
    path(
        "attester/undtag/<int:pk>/",
        attestations.AttestationExemptView.as_view(),
        name="attestation-exempt",
    ),
    path(
        "attester/<int:pk>/",
        attestations.AttestationDetailView.as_view(),
        name="attestation-detail",
    ),
    path(
        "attester/<int:pk>/vurder/",
        attestations.AttestationAssessView.as_view(),
        name="attestation-assess",
    ),
    path(
        "attester/<int:pk>/cpr/", attestations.AttestationCprView.as_view(), name="attestation-cpr"
    ),
    path(
        "attester/<int:pk>/cpr/vis/",
        attestations.AttestationRevealView.as_view(),
        name="attestation-reveal",
    ),
    path(
        "attester/<int:pk>/cpr/slet/",
        attestations.AttestationForgetView.as_view(),
        name="attestation-forget",
    ),
    path(
        "attester/<int:pk>/samtykke/",
        attestations.AttestationConsentView.as_view(),
        name="attestation-consent",
    ),
    path(
        "attester/<int:pk>/nej/",
        attestations.AttestationDeclineView.as_view(),
        name="attestation-decline",
    ),
    path(
        "attester/<int:pk>/svar/",
        attestations.AttestationReceiveView.as_view(),
        name="attestation-receive",
    ),
    path(
        "attester/<int:pk>/igen/",
        attestations.AttestationAgainView.as_view(),
        name="attestation-again",
    ),
    path(
        "attester/<int:pk>/traek-tilbage/",
        attestations.AttestationWithdrawView.as_view(),
        name="attestation-withdraw",
    ),
    path(
        "attester/<int:pk>/suspender/",
        attestations.AttestationSuspendView.as_view(),
        name="attestation-suspend",
    ),
    path(
        "attester/<int:pk>/genoptag/",
        attestations.AttestationReinstateView.as_view(),
        name="attestation-reinstate",
    ),
    path("attester/lister/", batches.BatchListView.as_view(), name="batch-list"),
    path("attester/lister/ny/", batches.BatchCreateView.as_view(), name="batch-create"),
    path("attester/lister/<int:pk>/", batches.BatchDetailView.as_view(), name="batch-detail"),
    path("attester/lister/<int:pk>/linjer/", batches.BatchLinesView.as_view(), name="batch-lines"),
    path(
        "attester/lister/<int:pk>/bestilt/",
        batches.BatchOrderedView.as_view(),
        name="batch-ordered",
    ),
    path(
        "attester/lister/<int:pk>/opgiv/", batches.BatchGiveUpView.as_view(), name="batch-give-up"
    ),
    path("attester/graenser/", duties.CrossingListView.as_view(), name="crossing-list"),
    path("attester/foreninger/", duties.DeclarationListView.as_view(), name="declaration-list"),
    path(
        "attester/foreninger/<int:pk>/erklaering/",
        duties.DeclarationCreateView.as_view(),
        name="declaration-create",
    ),
    path("aktiviteter/<int:pk>/boerneattest/", duties.WizardView.as_view(), name="duty-wizard"),
    path("aktiviteter/<int:pk>/vilkaar/", terms.TermsView.as_view(), name="terms"),
    path("aktiviteter/<int:pk>/haandbog/", library.HandbookView.as_view(), name="handbook"),
    path("min-side/haandbog/<int:pk>/", library.OwnHandbookView.as_view(), name="own-handbook"),
    path("min-side/aftaler/", agreements.OwnListView.as_view(), name="own-list"),
    path("min-side/aftaler/<int:pk>/", agreements.OwnSignView.as_view(), name="own-sign"),
    path("min-side/aftaler/<int:pk>/slut/", living.OwnEndView.as_view(), name="own-end"),
    path(
        "min-side/aftaler/dokument/<int:pk>.pdf",
        agreements.OwnDocumentView.as_view(),
        name="own-document",
    ),
    path(
        "min-side/attester/<int:pk>/",
        attestations.OwnAttestationView.as_view(),
        name="own-attestation",
    ),
    path(
        "min-side/attester/<int:pk>/cpr/",
        attestations.OwnCprView.as_view(),
        name="own-attestation-cpr",
    ),
    path(
        "min-side/attester/<int:pk>/cpr/slet/",
        attestations.OwnForgetView.as_view(),
        name="own-attestation-forget",
    ),
    path(
        "min-side/attester/<int:pk>/samtykke/",
        attestations.OwnConsentView.as_view(),
        name="own-attestation-consent",
    ),
    path(
        "min-side/attester/<int:pk>/nej/",
        attestations.OwnDeclineView.as_view(),
        name="own-attestation-decline",
    ),
    path("skriv-under/mitid/svar/", mitid.MitidAnswerView.as_view(), name="sign-mitid-answer"),
    path("skriv-under/<str:token>/mitid/", mitid.MitidStartView.as_view(), name="sign-mitid"),
    path("skriv-under/<str:token>/", signing.StartView.as_view(), name="sign-start"),
    path("skriv-under/<str:token>/kode/", signing.CodeView.as_view(), name="sign-code"),
    path("skriv-under/<str:token>/tekst/", signing.ReadView.as_view(), name="sign-read"),
    path(
        "skriv-under/<str:token>/aftale.pdf",
        signing.LinkDocumentView.as_view(),
        name="sign-document",
    ),
]
