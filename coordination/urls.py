"""Coordination's addresses. Paths are Danish, names English; one section per noun."""

from django.urls import path

from coordination.views import (
    activities,
    associations,
    attendance,
    branches,
    calendars,
    cannot_come,
    check_in,
    consent,
    copying,
    correspondence,
    engagements,
    feeds,
    follow_up,
    group_messages,
    groups,
    hours,
    imports,
    line,
    overview,
    own,
    own_messages,
    own_places,
    people,
    phoned,
    recognition,
    reminders,
    series,
    shift_templates,
    shifts,
    stand_ins,
    volunteers,
)

app_name = "coordination"

volunteer_urls = [
    path("frivillige/", volunteers.VolunteerListView.as_view(), name="volunteer-list"),
    path("frivillige/ny/", volunteers.VolunteerCreateView.as_view(), name="volunteer-create"),
    path(
        "frivillige/eksport.csv", volunteers.VolunteerExportView.as_view(), name="volunteer-export"
    ),
    path(
        "frivillige/eksport/",
        volunteers.VolunteerExportStartView.as_view(),
        name="volunteer-export-start",
    ),
    path("frivillige/<int:pk>/", volunteers.VolunteerDetailView.as_view(), name="volunteer-detail"),
    path("frivillige/<int:pk>/kontakt/", people.ContactView.as_view(), name="person-edit"),
    path(
        "frivillige/<int:pk>/beskeder/valg/",
        own_messages.PersonChoicesView.as_view(),
        name="person-message-choices",
    ),
    path("frivillige/<int:pk>/login/", people.GiveSignInView.as_view(), name="person-sign-in"),
    path(
        "frivillige/<int:pk>/tilknytninger/ny/",
        engagements.EngagementCreateView.as_view(),
        name="engagement-create",
    ),
    path("tilknytninger/<int:pk>/afslut/", engagements.EndView.as_view(), name="engagement-end"),
    path("tilknytninger/<int:pk>/pause/", engagements.PauseView.as_view(), name="engagement-pause"),
    path(
        "tilknytninger/<int:pk>/genoptag/",
        engagements.ResumeView.as_view(),
        name="engagement-resume",
    ),
    path("tilknytninger/<int:pk>/form/", engagements.TieView.as_view(), name="engagement-tie"),
]

activity_urls = [
    path("aktiviteter/", activities.ActivityListView.as_view(), name="activity-list"),
    path("aktiviteter/ny/", activities.ActivityCreateView.as_view(), name="activity-create"),
    path("aktiviteter/<int:pk>/", activities.ActivityDetailView.as_view(), name="activity-detail"),
    path(
        "aktiviteter/<int:pk>/rediger/", activities.ActivityEditView.as_view(), name="activity-edit"
    ),
    path(
        "aktiviteter/<int:pk>/status/",
        activities.ActivityStateView.as_view(),
        name="activity-state",
    ),
    path("aktiviteter/<int:pk>/rammer/", activities.FrameView.as_view(), name="activity-frame"),
    path(
        "aktiviteter/<int:pk>/kopier-vagter/",
        copying.CopyShiftsView.as_view(),
        name="shifts-copy",
    ),
    path(
        "aktiviteter/<int:pk>/kopier/",
        copying.CopyActivityView.as_view(),
        name="activity-copy",
    ),
    path(
        "aktiviteter/<int:pk>/tilmelding/",
        line.SignUpRulesView.as_view(),
        name="activity-sign-up",
    ),
    path(
        "aktiviteter/<int:pk>/steder/nyt/", activities.SiteCreateView.as_view(), name="site-create"
    ),
    path("steder/<int:pk>/luk/", activities.SiteCloseView.as_view(), name="site-close"),
]

import_urls = [
    path("aktiviteter/import/", imports.ImportFileView.as_view(), name="import"),
    path(
        "aktiviteter/import/eksempel.csv",
        imports.ExampleView.as_view(kind="csv"),
        name="import-example-csv",
    ),
    path(
        "aktiviteter/import/eksempel.xlsx",
        imports.ExampleView.as_view(kind="xlsx"),
        name="import-example-xlsx",
    ),
    path("aktiviteter/import/<int:pk>/", imports.ImportDetailView.as_view(), name="import-detail"),
    path(
        "aktiviteter/import/<int:pk>/kolonner/",
        imports.ImportColumnsView.as_view(),
        name="import-columns",
    ),
    path(
        "aktiviteter/import/<int:pk>/opgiv/",
        imports.ImportThrowAwayView.as_view(),
        name="import-throw-away",
    ),
]

organisation_urls = [
    path("afdelinger/", branches.BranchListView.as_view(), name="branch-list"),
    path("afdelinger/<int:pk>/", branches.BranchDetailView.as_view(), name="branch-detail"),
    path(
        "afdelinger/<int:pk>/aabningstider/",
        branches.OpeningHoursView.as_view(),
        name="branch-hours",
    ),
    path(
        "afdelinger/<int:pk>/lukkedage/",
        branches.ClosingDayCreateView.as_view(),
        name="closing-day-create",
    ),
    path("afdelinger/<int:pk>/flyt/", branches.MoveBranchView.as_view(), name="branch-move"),
    path("afdelinger/<int:pk>/luk/", branches.CloseBranchView.as_view(), name="branch-close"),
    path(
        "lukkedage/<int:pk>/fjern/",
        branches.ClosingDayRemoveView.as_view(),
        name="closing-day-remove",
    ),
    path("ambassadoer/", branches.AmbassadorView.as_view(), name="ambassador"),
    path("besoeg/<int:pk>/", branches.PublicBranchView.as_view(), name="branch-public"),
    path("foreninger/", associations.AssociationListView.as_view(), name="association-list"),
    path("foreninger/ny/", associations.AssociationCreateView.as_view(), name="association-create"),
    path(
        "foreninger/<int:pk>/",
        associations.AssociationDetailView.as_view(),
        name="association-detail",
    ),
    path(
        "foreninger/<int:pk>/rediger/",
        associations.AssociationEditView.as_view(),
        name="association-edit",
    ),
    path("overblik/", overview.OverviewView.as_view(), name="overview"),
    path("overblik/overblik.csv", overview.OverviewExportView.as_view(), name="overview-export"),
]

lookup_urls = [
    path("opslag/aktiviteter/", volunteers.ActivityLookupView.as_view(), name="activity-lookup"),
    path("opslag/steder/", volunteers.SiteLookupView.as_view(), name="site-lookup"),
]

shift_urls = [
    path("vagter/", shifts.ShiftListView.as_view(), name="shift-list"),
    path("vagter/ny/", shifts.ShiftCreateView.as_view(), name="shift-create"),
    path("vagter/<int:pk>/", shifts.ShiftDetailView.as_view(), name="shift-detail"),
    path("vagter/<int:pk>/rediger/", shifts.ShiftEditView.as_view(), name="shift-edit"),
    path("vagter/<int:pk>/flyt/", shifts.RescheduleView.as_view(), name="shift-reschedule"),
    path("vagter/<int:pk>/aflys/", shifts.ShiftCancelView.as_view(), name="shift-cancel"),
    path("vagter/<int:pk>/tilmeld/", shifts.SignUpView.as_view(), name="shift-sign-up"),
    path(
        "vagter/<int:pk>/opslag/",
        shifts.VolunteerLookupView.as_view(),
        name="shift-volunteer-lookup",
    ),
    path("vagter/<int:pk>/venteliste/", line.LineView.as_view(), name="shift-line"),
    path("vagter/<int:pk>/venteliste/ny/", line.PutInLineView.as_view(), name="shift-line-add"),
    path("vagter/<int:pk>/hvem-kan/", line.WhoCanView.as_view(), name="shift-who-can"),
    path(
        "vagter/<int:pk>/hvem-kan/opslag/",
        line.WhoCanLookupView.as_view(),
        name="shift-who-can-lookup",
    ),
    path("tilmeldinger/<int:pk>/ja/", line.GrantView.as_view(), name="assignment-grant"),
    path("tilmeldinger/<int:pk>/nej/", line.DeclineView.as_view(), name="assignment-decline"),
    path(
        "tilmeldinger/<int:pk>/bekraeft/",
        consent.ConfirmForView.as_view(),
        name="assignment-confirm",
    ),
    path(
        "tilmeldinger/<int:pk>/afmeld/",
        shifts.AssignmentCancelView.as_view(),
        name="assignment-cancel",
    ),
    path("tilmeldinger/<int:pk>/rolle/", shifts.ChangeRoleView.as_view(), name="assignment-role"),
    path(
        "tilmeldinger/<int:pk>/kan-ikke/",
        cannot_come.StaffCannotComeView.as_view(),
        name="assignment-cannot-come",
    ),
    path(
        "tilmeldinger/<int:pk>/afloeser/",
        stand_ins.ReplaceView.as_view(),
        name="assignment-replace",
    ),
    path("tilmeldinger/<int:pk>/byt/", stand_ins.StaffSwapView.as_view(), name="assignment-swap"),
]

attendance_urls = [
    path(
        "vagter/<int:pk>/fremmoede/", attendance.AttendanceView.as_view(), name="shift-attendance"
    ),
    path(
        "vagter/<int:pk>/fremmoedeliste.pdf",
        attendance.ShiftSheetView.as_view(),
        name="attendance-sheet",
    ),
    path(
        "aktiviteter/<int:pk>/fremmoedelister/",
        attendance.SheetListView.as_view(),
        name="attendance-sheets",
    ),
    path(
        "aktiviteter/<int:pk>/fremmoedeliste.pdf",
        attendance.DaySheetView.as_view(),
        name="attendance-day",
    ),
    path(
        "steder/<int:pk>/fremmoede/",
        attendance.SiteAttendanceView.as_view(),
        name="site-attendance",
    ),
    path("steder/<int:pk>/plakat.pdf", attendance.PosterView.as_view(), name="site-poster"),
    path(
        "steder/<int:pk>/plakat/forny/",
        attendance.PosterRenewView.as_view(),
        name="poster-renew",
    ),
    path(
        "steder/<int:pk>/vagtansvarlige/ny/",
        attendance.LeadCreateView.as_view(),
        name="lead-create",
    ),
    path("vagtansvarlige/<int:pk>/afslut/", attendance.LeadEndView.as_view(), name="lead-end"),
    path("vagter/afbud/", phoned.PhonedView.as_view(), name="phoned"),
    path(
        "tilmeldinger/<int:pk>/afbud/",
        phoned.PhonedCancelView.as_view(),
        name="assignment-phoned",
    ),
    path("jeg-er-her/<str:token>/", check_in.CheckInView.as_view(), name="check-in"),
    path("tilmeldinger/<int:pk>/fravaer/", hours.ReasonView.as_view(), name="absence-reason"),
    path("tilknytninger/<int:pk>/omsorgsopkald/", hours.CallView.as_view(), name="caring-call"),
    path("min-side/vagtansvar/", check_in.LedListView.as_view(), name="own-led"),
    path("min-side/vagtansvar/<int:pk>/", check_in.LedShiftView.as_view(), name="own-led-shift"),
]

hours_urls = [
    path("timer/", hours.WaitingListView.as_view(), name="hours-waiting"),
    path("timer/alle/", hours.HoursListView.as_view(), name="hours-list"),
    path("timer/timer.csv", hours.HoursExportView.as_view(), name="hours-export"),
    path("timer/<int:pk>/", hours.EntryView.as_view(), name="hours-entry"),
    path("tilmeldinger/<int:pk>/minutter/", hours.ShiftMinutesView.as_view(), name="shift-minutes"),
    path("min-side/timer/", hours.OwnHoursView.as_view(), name="own-hours"),
    path("min-side/timer/andet/", hours.OwnTellView.as_view(), name="own-hours-tell"),
    path(
        "min-side/timer/<int:pk>/fortryd/",
        hours.OwnWithdrawView.as_view(),
        name="own-hours-withdraw",
    ),
    path(
        "min-side/timer/<int:pk>/opgoerelse.pdf",
        hours.OwnStatementView.as_view(),
        name="own-hours-statement",
    ),
]

series_urls = [
    path("faste-vagter/", series.SeriesListView.as_view(), name="series-list"),
    path("faste-vagter/nye/", series.SeriesCreateView.as_view(), name="series-create"),
    path("faste-vagter/<int:pk>/", series.SeriesDetailView.as_view(), name="series-detail"),
    path("faste-vagter/<int:pk>/rediger/", series.SeriesChangeView.as_view(), name="series-edit"),
    path("faste-vagter/<int:pk>/afslut/", series.SeriesEndView.as_view(), name="series-end"),
    path("faste-vagter/<int:pk>/hold/", series.KeepDaysView.as_view(), name="series-keep"),
    path(
        "vagter/<int:pk>/fremover/", series.FollowingChangeView.as_view(), name="series-following"
    ),
]

group_urls = [
    path("vagter/<int:pk>/grupper/", groups.ShiftGroupsView.as_view(), name="shift-groups"),
    path("vagter/<int:pk>/grupper/ny/", groups.GroupBookView.as_view(), name="group-book"),
    path("grupper/<int:pk>/rediger/", groups.GroupEditView.as_view(), name="group-edit"),
    path("grupper/<int:pk>/afmeld/", groups.GroupCancelView.as_view(), name="group-cancel"),
    path(
        "grupper/<int:pk>/fremmoede/",
        groups.GroupAttendanceView.as_view(),
        name="group-attendance",
    ),
    path("gruppe/<str:token>/", groups.GroupLinkView.as_view(), name="group-link"),
    path(
        "gruppe/<str:token>/giv-tilbage/",
        groups.GroupGiveBackView.as_view(),
        name="group-give-back",
    ),
]

template_urls = [
    path(
        "vagter/skabeloner/", shift_templates.TemplateListView.as_view(), name="shift-template-list"
    ),
    path(
        "vagter/skabeloner/ny/",
        shift_templates.TemplateCreateView.as_view(),
        name="shift-template-create",
    ),
    path(
        "vagter/skabeloner/fra-en-dag/",
        shift_templates.TemplateFromDayView.as_view(),
        name="shift-template-from-day",
    ),
    path(
        "vagter/skabeloner/<int:pk>/",
        shift_templates.TemplateDetailView.as_view(),
        name="shift-template",
    ),
    path(
        "vagter/skabeloner/<int:pk>/brug/",
        shift_templates.TemplateUseView.as_view(),
        name="shift-template-use",
    ),
    path(
        "vagter/skabeloner/<int:pk>/navn/",
        shift_templates.TemplateRenameView.as_view(),
        name="shift-template-rename",
    ),
    path(
        "vagter/skabeloner/<int:pk>/udfas/",
        shift_templates.TemplateRetireView.as_view(),
        name="shift-template-retire",
    ),
    path(
        "vagter/skabeloner/<int:pk>/vagter/ny/",
        shift_templates.LineAddView.as_view(),
        name="template-shift-add",
    ),
    path(
        "vagter/skabeloner/vagt/<int:pk>/rediger/",
        shift_templates.LineChangeView.as_view(),
        name="template-shift-edit",
    ),
    path(
        "vagter/skabeloner/vagt/<int:pk>/fjern/",
        shift_templates.LineRemoveView.as_view(),
        name="template-shift-remove",
    ),
]

calendar_urls = [
    path("vagter/kalender/", calendars.CalendarView.as_view(), name="calendar"),
    path("vagter/mangler/", calendars.GapListView.as_view(), name="shift-gaps"),
    path("vagter/i-dag/", calendars.TodayView.as_view(), name="today"),
    path("min-side/uge/", calendars.OwnWeekView.as_view(), name="own-week"),
    path("min-side/kalender/", feeds.OwnFeedView.as_view(), name="own-feed"),
    path("vagter/kalender/adresser/", feeds.StaffFeedsView.as_view(), name="feed-list"),
    path("kalenderadresser/<int:pk>/forny/", feeds.RenewView.as_view(), name="feed-renew"),
    path("kalenderadresser/<int:pk>/sluk/", feeds.SwitchOffView.as_view(), name="feed-off"),
    path("kalender/<str:token>.ics", feeds.read_feed, name="feed"),
    path(
        "min-side/tilmeldinger/<int:pk>/vagt.ics",
        feeds.AssignmentFileView.as_view(),
        name="own-assignment-file",
    ),
]

follow_up_urls = [
    path("opfoelgning/", follow_up.FollowUpListView.as_view(), name="follow-up"),
    path(
        "tilknytninger/<int:pk>/opfoelgning/",
        follow_up.FollowUpDetailView.as_view(),
        name="follow-up-detail",
    ),
    path(
        "tilknytninger/<int:pk>/velkomst/", follow_up.StepsView.as_view(), name="engagement-steps"
    ),
    path("tilknytninger/<int:pk>/samtale/", follow_up.TalkView.as_view(), name="engagement-talk"),
    path(
        "tilknytninger/<int:pk>/mentor/", follow_up.MentorView.as_view(), name="engagement-mentor"
    ),
    path("paamindelser/", reminders.ReminderTableView.as_view(), name="reminder-table"),
    path(
        "aktiviteter/<int:pk>/paamindelser/",
        reminders.ActivityRemindersView.as_view(),
        name="activity-reminders",
    ),
]

own_urls = [
    path("min-side/", own.OwnPageView.as_view(), name="own-page"),
    path("min-side/vagter/", own.OwnShiftListView.as_view(), name="own-shift-list"),
    path(
        "min-side/vagter/<int:pk>/tilmeld/", own.OwnSignUpView.as_view(), name="own-shift-sign-up"
    ),
    path("min-side/aendringer/<int:pk>/", consent.OwnChangeView.as_view(), name="own-change"),
    path("min-side/pladser/<int:pk>/", own_places.OwnPlaceView.as_view(), name="own-place"),
    path(
        "min-side/tilmeldinger/<int:pk>/afmeld/",
        cannot_come.OwnCannotComeView.as_view(),
        name="own-assignment-cancel",
    ),
    path("min-side/tilmeldinger/<int:pk>/byt/", stand_ins.OwnSwapView.as_view(), name="own-swap"),
    path("min-side/afloesning/", stand_ins.OwnStandInListView.as_view(), name="own-stand-in-list"),
    path("min-side/afloesning/<int:pk>/", stand_ins.OwnStandInView.as_view(), name="own-stand-in"),
    path(
        "min-side/afloesning/<int:pk>/byt/",
        stand_ins.OwnSwapForView.as_view(),
        name="own-swap-for",
    ),
    path(
        "min-side/bytte/<int:pk>/",
        stand_ins.OwnSwapAnswerView.as_view(),
        name="own-swap-answer",
    ),
    path("min-side/beskeder/", own_messages.OwnMessageListView.as_view(), name="own-message-list"),
    path("min-side/beskeder/<int:pk>/", own_messages.OwnMessageView.as_view(), name="own-message"),
    path(
        "min-side/beskeder/valg/",
        own_messages.OwnChoicesView.as_view(),
        name="own-message-choices",
    ),
    path("min-side/paamindelser/", reminders.OwnRemindersView.as_view(), name="own-reminders"),
    path("min-side/start/", follow_up.OwnStartView.as_view(), name="own-start"),
    path(
        "min-side/start/<int:pk>/",
        follow_up.OwnMentorStepsView.as_view(),
        name="own-mentor-steps",
    ),
    path("min-side/oplysninger/", own.OwnContactView.as_view(), name="own-contact"),
    path(
        "min-side/invitationer/<int:pk>/",
        own.OwnInvitationView.as_view(),
        name="own-invitation-answer",
    ),
]

message_urls = [
    path("beskeder/", group_messages.GroupListView.as_view(), name="group-message-list"),
    path("beskeder/ny/", group_messages.GroupCreateView.as_view(), name="group-message-create"),
    path(
        "gruppebeskeder/<int:pk>/",
        group_messages.GroupDetailView.as_view(),
        name="group-message-detail",
    ),
    path(
        "gruppebeskeder/<int:pk>/rediger/",
        group_messages.GroupEditView.as_view(),
        name="group-message-edit",
    ),
    path(
        "gruppebeskeder/<int:pk>/send/",
        group_messages.GroupSendView.as_view(),
        name="group-message-send",
    ),
    path(
        "gruppebeskeder/<int:pk>/fortryd/",
        group_messages.GroupUndoView.as_view(),
        name="group-message-undo",
    ),
    path(
        "gruppebeskeder/<int:pk>/kasser/",
        group_messages.GroupThrowAwayView.as_view(),
        name="group-message-throw-away",
    ),
    path(
        "frivillige/<int:pk>/beskeder/",
        correspondence.PersonMessagesView.as_view(),
        name="person-messages",
    ),
    path(
        "frivillige/<int:pk>/e-mail-igen/",
        correspondence.AddressClearView.as_view(),
        name="address-clear",
    ),
    path("beskeder/ikke-naaet-frem/", correspondence.NotArrivedView.as_view(), name="not-arrived"),
    path("beskeder/<int:pk>/", correspondence.MessageDeedView.as_view(), name="message-deed"),
    path("breve/", correspondence.LetterListView.as_view(), name="letter-list"),
    path("breve/<int:pk>/breve.pdf", correspondence.LetterPrintView.as_view(), name="letter-print"),
    path("breve/<int:pk>/sendt/", correspondence.LetterPostedView.as_view(), name="letter-posted"),
    path(
        "breve/<int:pk>/digital-post.zip",
        correspondence.DigitalPostView.as_view(),
        name="digital-post",
    ),
    path(
        "breve/<int:pk>/digital-post/sendt/",
        correspondence.DigitalPostedView.as_view(),
        name="digital-posted",
    ),
]

recognition_urls = [
    path("anerkendelse/", recognition.EventListView.as_view(), name="recognition-list"),
    path("anerkendelse/nyt/", recognition.EventCreateView.as_view(), name="recognition-create"),
    path(
        "anerkendelse/<int:pk>/", recognition.EventDetailView.as_view(), name="recognition-detail"
    ),
    path(
        "anerkendelse/<int:pk>/rediger/",
        recognition.EventEditView.as_view(),
        name="recognition-edit",
    ),
    path(
        "anerkendelse/<int:pk>/inviter/",
        recognition.InviteView.as_view(),
        name="recognition-invite",
    ),
    path(
        "anerkendelse/<int:pk>/opslag/",
        recognition.InviteLookupView.as_view(),
        name="recognition-volunteer-lookup",
    ),
    path(
        "anerkendelse/<int:pk>/deltagere/",
        recognition.EventAttendanceView.as_view(),
        name="recognition-attendance",
    ),
    path(
        "anerkendelse/<int:pk>/aflys/",
        recognition.EventCancelView.as_view(),
        name="recognition-cancel",
    ),
]

urlpatterns = [
    *volunteer_urls,
    *activity_urls,
    *import_urls,
    *organisation_urls,
    *lookup_urls,
    *shift_urls,
    *attendance_urls,
    *hours_urls,
    *series_urls,
    *group_urls,
    *template_urls,
    *calendar_urls,
    *follow_up_urls,
    *own_urls,
    *message_urls,
    *recognition_urls,
]
