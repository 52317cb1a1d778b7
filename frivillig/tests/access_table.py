# ruff: noqa: E501 - a table is read across
"""Who may ask for what: one table of every address and every role.

`in`: sent to sign in. `ok`: 200. `go`: sent on. Otherwise the status. "next" is every role of a
branch (reader, ambassador, leader, coordinator) that asks for the row of the other branch.
The last column says whether POST is answered too; it is refused to the same people as GET, and
those let in get 200 (the form again), 302 (done) or 409 (a rule says no).
"""

PAGES = """
# address                                 row          anon none own  read amba lead coor next cent mana post
# Volunteers
coordination:volunteer-list               -            in   403  403  403  ok   ok   ok   .    ok   ok   -
coordination:volunteer-create             -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:volunteer-export             -            in   403  403  403  403  ok   ok   .    ok   ok   -
coordination:volunteer-export-start       -            in   403  403  403  403  ok   ok   .    ok   ok   post
coordination:volunteer-detail             volunteer    in   404  404  403  403  ok   ok   404  ok   ok   -
coordination:person-edit                  volunteer    in   404  404  403  403  403  ok   404  ok   ok   post
coordination:person-sign-in               volunteer    in   404  404  403  403  403  ok   404  ok   ok   post
coordination:person-message-choices       volunteer    in   404  404  403  403  403  ok   404  ok   ok   post
coordination:engagement-create            volunteer    in   404  404  403  403  403  ok   404  ok   ok   post
coordination:engagement-end               engagement   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:engagement-pause             engagement   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:engagement-resume            engagement   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:engagement-tie               engagement   in   404  404  403  403  403  ok   404  ok   ok   post
# Activities and branches
coordination:activity-list                -            in   403  403  ok   ok   ok   ok   .    ok   ok   -
coordination:activity-create              -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:activity-detail              activity     in   404  404  ok   ok   ok   ok   404  ok   ok   -
coordination:activity-edit                activity     in   404  404  403  403  403  ok   404  ok   ok   post
coordination:activity-state               activity     in   404  404  403  403  403  ok   404  ok   ok   post
coordination:activity-sign-up             activity     in   404  404  403  403  403  ok   404  ok   ok   post
coordination:activity-frame               activity     in   404  404  403  403  403  ok   404  ok   ok   post
coordination:shifts-copy                  activity     in   404  404  403  403  403  ok   404  ok   ok   post
coordination:activity-copy                activity     in   404  404  403  403  403  ok   404  ok   ok   post
coordination:site-create                  activity     in   404  404  403  403  403  ok   404  ok   ok   post
coordination:site-close                   site         in   404  404  403  403  403  ok   404  ok   ok   post
coordination:branch-list                  -            in   403  403  ok   ok   ok   ok   .    ok   ok   -
coordination:branch-detail                branch       in   404  404  ok   ok   ok   ok   404  ok   ok   -
coordination:branch-hours                 branch       in   404  404  403  403  403  ok   404  ok   ok   post
coordination:closing-day-create           branch       in   404  404  403  403  403  ok   404  ok   ok   post
coordination:closing-day-remove           closing-day  in   404  404  403  403  403  ok   404  ok   ok   post
coordination:branch-move                  branch       in   404  404  403  403  403  403  404  403  ok   post
coordination:branch-close                 branch       in   404  404  403  403  403  403  404  403  ok   post
coordination:ambassador                   -            in   404  404  404  ok   404  404  .    404  404  post
coordination:association-list             -            in   403  403  403  403  ok   ok   .    ok   ok   -
coordination:association-create           -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:association-detail           association  in   403  403  403  403  ok   ok   .    ok   ok   -
coordination:association-edit             association  in   403  403  403  403  403  ok   .    ok   ok   post
coordination:overview                     -            in   403  403  ok   403  ok   ok   .    ok   ok   -
coordination:overview-export              -            in   403  403  ok   403  ok   ok   .    ok   ok   -
coordination:activity-lookup              -            in   403  403  ok   ok   ok   ok   .    ok   ok   -
coordination:site-lookup                  -            in   403  403  403  403  403  ok   .    ok   ok   -
# Import: one's own only
coordination:import                       -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:import-example-csv           -            in   403  403  403  403  403  ok   .    ok   ok   -
coordination:import-example-xlsx          -            in   403  403  403  403  403  ok   .    ok   ok   -
coordination:import-detail                import       in   404  404  404  404  404  ok   404  404  404  post
coordination:import-columns               import       in   404  404  404  404  404  ok   404  404  404  post
coordination:import-throw-away            import       in   404  404  404  404  404  ok   404  404  404  post
# Follow-up and reminders
coordination:follow-up                    -            in   403  403  403  403  403  ok   .    ok   ok   -
coordination:follow-up-detail             engagement   in   404  404  403  403  403  ok   404  ok   ok   -
coordination:engagement-steps             engagement   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:engagement-talk              engagement   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:engagement-mentor            engagement   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:reminder-table               -            in   403  403  ok   403  ok   ok   .    ok   ok   -
coordination:activity-reminders           activity     in   404  404  403  403  403  ok   404  ok   ok   post
# Shifts
coordination:shift-list                   -            in   403  403  ok   ok   ok   ok   .    ok   ok   -
coordination:shift-create                 -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:shift-detail                 shift        in   404  404  ok   ok   ok   ok   404  ok   ok   -
coordination:shift-edit                   shift        in   404  404  403  403  403  ok   404  ok   ok   post
coordination:shift-reschedule             shift        in   404  404  403  403  403  ok   404  ok   ok   post
coordination:shift-cancel                 shift        in   404  404  403  403  403  ok   404  ok   ok   post
coordination:shift-sign-up                shift        in   404  404  403  403  403  ok   404  ok   ok   post
coordination:shift-attendance             past-shift   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:shift-volunteer-lookup       shift        in   404  404  403  403  403  ok   404  ok   ok   -
coordination:shift-line                   full-shift   in   404  404  403  403  403  ok   404  ok   ok   -
coordination:shift-line-add               full-shift   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:shift-who-can                shift        in   404  404  403  403  403  ok   404  ok   ok   post
coordination:shift-who-can-lookup         shift        in   404  404  403  403  403  ok   404  ok   ok   -
coordination:assignment-grant             waiting      in   404  404  403  403  403  ok   404  ok   ok   post
coordination:assignment-decline           waiting      in   404  404  403  403  403  ok   404  ok   ok   post
coordination:assignment-confirm           unconfirmed  in   404  404  403  403  403  ok   404  ok   ok   post
coordination:assignment-cancel            assignment   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:assignment-role              host         in   404  404  403  403  403  ok   404  ok   ok   post
coordination:assignment-cannot-come       assignment   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:assignment-replace           assignment   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:assignment-swap              assignment   in   404  404  403  403  403  ok   404  ok   ok   post
# Attendance
coordination:attendance-sheet             shift        in   404  404  403  ok   ok   ok   404  ok   ok   -
coordination:attendance-day               activity     in   404  404  403  ok   ok   ok   404  ok   ok   -
coordination:attendance-sheets            activity     in   404  404  403  ok   ok   ok   404  ok   ok   -
coordination:site-attendance              site         in   404  404  403  403  403  ok   404  ok   ok   -
coordination:site-poster                  site         in   404  404  403  403  403  ok   404  ok   ok   -
coordination:poster-renew                 site         in   404  404  403  403  403  ok   404  ok   ok   post
coordination:lead-create                  site         in   404  404  403  403  403  ok   404  ok   ok   post
coordination:lead-end                     shift-lead   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:phoned                       -            in   403  403  403  403  403  ok   .    ok   ok   -
coordination:assignment-phoned            assignment   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:absence-reason               absent       in   404  404  403  403  403  ok   404  ok   ok   post
coordination:caring-call                  engagement   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:hours-waiting                -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:hours-entry                  told         in   404  404  403  403  403  ok   404  ok   ok   post
coordination:hours-list                   -            in   403  403  403  403  ok   ok   .    ok   ok   -
coordination:hours-export                 -            in   403  403  403  403  ok   ok   .    ok   ok   -
coordination:shift-minutes                attended     in   404  404  403  403  403  ok   404  ok   ok   post
# Regular shifts
coordination:series-list                  -            in   403  403  ok   ok   ok   ok   .    ok   ok   -
coordination:series-create                -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:series-detail                series       in   404  404  ok   ok   ok   ok   404  ok   ok   -
coordination:series-edit                  series       in   404  404  403  403  403  ok   404  ok   ok   post
coordination:series-end                   series       in   404  404  403  403  403  ok   404  ok   ok   post
coordination:series-keep                  series       in   404  404  403  403  403  ok   404  ok   ok   post
coordination:series-following             series-shift in   404  404  403  403  403  ok   404  ok   ok   post
# Groups
coordination:shift-groups                 free-shift   in   404  404  403  403  403  ok   404  ok   ok   -
coordination:group-book                   free-shift   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:group-edit                   group        in   404  404  403  403  403  ok   404  ok   ok   post
coordination:group-cancel                 group        in   404  404  403  403  403  ok   404  ok   ok   post
coordination:group-attendance             past-group   in   404  404  403  403  403  ok   404  ok   ok   post
# Shift templates
coordination:shift-template-list          -            in   403  403  403  403  403  ok   .    ok   ok   -
coordination:shift-template-create        -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:shift-template-from-day      -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:shift-template               template-day in   404  404  403  403  403  ok   404  ok   ok   -
coordination:shift-template-use           template-day in   404  404  403  403  403  ok   404  ok   ok   post
coordination:shift-template-rename        template-day in   404  404  403  403  403  ok   404  ok   ok   post
coordination:shift-template-retire        template-day in   404  404  403  403  403  ok   404  ok   ok   post
coordination:template-shift-add           template-day in   404  404  403  403  403  ok   404  ok   ok   post
coordination:template-shift-edit          day-line     in   404  404  403  403  403  ok   404  ok   ok   post
coordination:template-shift-remove        day-line     in   404  404  403  403  403  ok   404  ok   ok   post
# Calendars
coordination:calendar                     -            in   403  403  ok   ok   ok   ok   .    ok   ok   -
coordination:shift-gaps                   -            in   403  403  ok   ok   ok   ok   .    ok   ok   -
coordination:feed-list                    -            in   403  403  ok   ok   ok   ok   .    ok   ok   post
coordination:today                        -            in   403  403  403  ok   ok   ok   .    ok   ok   -
# Recognition
coordination:recognition-list             -            in   403  403  ok   403  ok   ok   .    ok   ok   -
coordination:recognition-create           -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:recognition-detail           event        in   404  404  ok   403  ok   ok   404  ok   ok   -
coordination:recognition-edit             event        in   404  404  403  403  403  ok   404  ok   ok   post
coordination:recognition-invite           event        in   404  404  403  403  403  ok   404  ok   ok   post
coordination:recognition-volunteer-lookup event        in   404  404  403  403  403  ok   404  ok   ok   -
coordination:recognition-attendance       past-event   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:recognition-cancel           event        in   404  404  403  403  403  ok   404  ok   ok   post
# Messages
coordination:person-messages              volunteer    in   404  404  403  403  ok   ok   404  ok   ok   -
coordination:address-clear                volunteer    in   404  404  403  403  403  ok   404  ok   ok   post
coordination:not-arrived                  -            in   403  403  403  403  ok   ok   .    ok   ok   -
coordination:message-deed                 stuck        in   404  404  403  403  403  ok   404  ok   ok   post
coordination:letter-list                  -            in   403  403  403  403  403  ok   .    ok   ok   -
coordination:letter-print                 letter-day   in   404  404  403  403  403  ok   404  ok   ok   -
coordination:letter-posted                letter-day   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:digital-post                 digital-day  in   404  404  403  403  403  ok   404  ok   ok   -
coordination:digital-posted               digital-day  in   404  404  403  403  403  ok   404  ok   ok   post
coordination:group-message-list           -            in   403  403  403  403  403  ok   .    ok   ok   -
coordination:group-message-create         -            in   403  403  403  403  403  ok   .    ok   ok   post
coordination:group-message-detail         group-draft  in   404  404  403  403  403  ok   404  ok   ok   -
coordination:group-message-edit           group-draft  in   404  404  403  403  403  ok   404  ok   ok   post
coordination:group-message-send           group-draft  in   404  404  403  403  403  ok   404  ok   ok   post
coordination:group-message-undo           group-sent   in   404  404  403  403  403  ok   404  ok   ok   post
coordination:group-message-throw-away     group-draft  in   404  404  403  403  403  ok   404  ok   ok   post
# Agreements and certificates
agreements:agreement-list                 -            in   403  403  403  403  ok   ok   .    ok   ok   -
agreements:agreement-missing              -            in   403  403  403  403  ok   ok   .    ok   ok   -
agreements:agreement-make                 lacking      in   404  404  403  403  403  ok   404  ok   ok   post
agreements:agreement-detail               agreement    in   404  404  403  403  ok   ok   404  ok   ok   -
agreements:agreement-preview              draft        in   404  404  403  403  ok   ok   404  ok   ok   -
agreements:agreement-easy                 draft        in   404  404  403  403  ok   ok   404  ok   ok   -
agreements:agreement-english              draft        in   404  404  403  403  ok   ok   404  ok   ok   -
agreements:agreement-send                 draft        in   404  404  403  403  403  ok   404  ok   ok   post
agreements:agreement-link                 agreement    in   404  404  403  403  403  ok   404  ok   ok   post
agreements:agreement-sign                 agreement    in   404  404  403  403  ok   403  404  403  ok   post
agreements:agreement-paper                agreement    in   404  404  403  403  403  ok   404  ok   ok   post
agreements:agreement-end                  agreement    in   404  404  403  403  403  ok   404  ok   ok   post
agreements:agreement-withdraw             agreement    in   404  404  403  403  403  ok   404  ok   ok   post
agreements:agreement-renew                agreement    in   404  404  403  403  403  ok   404  ok   ok   post
agreements:partner-make                   association  in   403  403  403  403  403  ok   .    ok   ok   post
agreements:guardian-create                lacking      in   404  404  403  403  403  ok   404  ok   ok   post
agreements:archive                        -            in   403  403  403  403  403  403  .    403  ok   -
agreements:archived-document              archived     in   404  404  403  403  403  403  404  403  ok   -
agreements:text-list                      -            in   403  403  403  403  403  ok   .    ok   ok   -
agreements:text-detail                    template     in   403  403  403  403  403  ok   .    ok   ok   -
agreements:text-changes                   version      in   403  403  403  403  403  ok   .    ok   ok   -
agreements:local-clause-write             clause       in   403  403  403  403  403  ok   .    ok   ok   post
agreements:local-clause-approve           own-words    in   404  404  403  403  403  403  404  403  ok   post
agreements:local-clause-withdraw          own-words    in   404  404  403  403  403  ok   404  ok   ok   post
agreements:handbook                       activity     in   404  404  ok   ok   ok   ok   404  ok   ok   -
agreements:document                       document     in   404  404  403  403  ok   ok   404  ok   ok   -
agreements:board                          -            in   403  403  403  403  ok   ok   .    ok   ok   -
agreements:board-list                     board        in   403  403  403  403  ok   ok   .    ok   ok   post
agreements:agreement-batch                -            in   403  403  403  403  ok   ok   .    ok   ok   post
agreements:agreement-journal              -            in   403  403  403  403  403  ok   .    ok   ok   post
agreements:consent-list                   volunteer    in   404  404  403  403  ok   ok   404  ok   ok   -
agreements:consent-ask                    volunteer    in   404  404  403  403  403  ok   404  ok   ok   post
agreements:consent-register               volunteer    in   404  404  403  403  403  ok   404  ok   ok   post
agreements:consent-withdraw               given        in   404  404  403  403  403  ok   404  ok   ok   post
agreements:consent-answer                 photo        in   404  404  403  403  403  ok   404  ok   ok   post
agreements:consent-take-down              taken        in   404  404  403  403  403  ok   404  ok   ok   post
agreements:declaration-register           volunteer    in   404  404  403  403  403  ok   404  ok   ok   post
agreements:scan                           scan         in   404  404  403  403  ok   ok   404  ok   ok   -
agreements:scan-add                       paper        in   404  404  403  403  403  ok   404  ok   ok   post
agreements:attestation-list               -            in   403  403  403  403  ok   ok   .    ok   ok   -
agreements:attestation-missing            -            in   403  403  403  403  ok   ok   .    ok   ok   -
agreements:attestation-order              lacking      in   404  404  403  403  403  ok   404  ok   ok   post
agreements:attestation-exempt             lacking      in   404  404  403  403  403  ok   404  ok   ok   post
agreements:attestation-detail             ordered      in   404  404  403  403  ok   ok   404  ok   ok   -
agreements:attestation-assess             ordered      in   404  404  403  403  ok   403  404  403  ok   post
agreements:attestation-cpr                details      in   404  404  403  403  403  ok   404  ok   ok   post
agreements:attestation-reveal             details      in   404  404  403  403  403  403  404  403  403  post
agreements:attestation-forget             details      in   404  404  403  403  403  ok   404  ok   ok   post
agreements:attestation-consent            ordered      in   404  404  403  403  403  ok   404  ok   ok   post
agreements:attestation-decline            ordered      in   404  404  403  403  403  ok   404  ok   ok   post
agreements:attestation-receive            ordered      in   404  404  403  403  403  ok   404  ok   ok   post
agreements:attestation-again              approved     in   404  404  403  403  403  ok   404  ok   ok   post
agreements:attestation-withdraw           ordered      in   404  404  403  403  403  ok   404  ok   ok   post
agreements:attestation-suspend            approved     in   404  404  403  403  ok   403  404  403  ok   post
agreements:attestation-reinstate          suspended    in   404  404  403  403  ok   403  404  403  ok   post
agreements:batch-list                     -            in   403  403  403  403  403  ok   .    ok   ok   -
agreements:batch-create                   -            in   403  403  403  403  403  ok   .    ok   ok   post
agreements:batch-detail                   batch        in   404  404  403  403  403  ok   404  ok   ok   -
agreements:batch-lines                    batch        in   404  404  403  403  403  403  404  403  403  post
agreements:batch-ordered                  batch        in   404  404  403  403  403  ok   404  ok   ok   post
agreements:batch-give-up                  batch        in   404  404  403  403  403  ok   404  ok   ok   post
agreements:crossing-list                  -            in   403  403  403  403  ok   ok   .    ok   ok   -
agreements:declaration-list               -            in   403  403  403  403  ok   ok   .    ok   ok   -
agreements:declaration-create             association  in   403  403  403  403  ok   ok   .    ok   ok   post
agreements:duty-wizard                    activity     in   404  404  403  403  403  ok   404  ok   ok   post
agreements:terms                          activity     in   404  404  403  403  403  ok   404  ok   ok   post
# Applications and opportunities
recruitment:application-list              -            in   403  403  403  403  ok   ok   .    ok   ok   -
recruitment:application-detail            application  in   404  404  403  403  ok   ok   404  ok   ok   -
recruitment:application-accept            application  in   404  404  403  403  403  ok   404  ok   ok   post
recruitment:application-decline           application  in   404  404  403  403  403  ok   404  ok   ok   post
recruitment:opportunity-admin-list        -            in   403  403  ok   ok   ok   ok   .    ok   ok   -
recruitment:opportunity-create            -            in   403  403  403  403  403  ok   .    ok   ok   post
recruitment:opportunity-admin-detail      opportunity  in   404  404  ok   ok   ok   ok   404  ok   ok   -
recruitment:opportunity-change            opportunity  in   404  404  403  403  403  ok   404  ok   ok   post
recruitment:opportunity-open              draft-call   in   404  404  403  403  403  ok   404  ok   ok   post
recruitment:opportunity-close             opportunity  in   404  404  403  403  403  ok   404  ok   ok   post
# Of the house
core:operations                           -            in   403  403  403  403  403  403  .    403  ok   -
core:jobs-retry                           failed-name  in   403  403  403  403  403  403  .    403  ok   post
core:styleguide                           -            in   403  403  403  403  403  403  .    403  ok   -
core:styleguide-lookup                    -            in   403  403  403  403  403  403  .    403  ok   -
"""

# A volunteer's own pages. "own": the volunteer themself; "else": a volunteer with another's row;
# staff without an engagement are like "none".
OWN = """
# address                                 row          anon none own  else staf post
coordination:own-page                     -            in   ok   ok   .    ok   -
coordination:own-shift-list               -            in   ok   ok   .    ok   -
coordination:own-shift-sign-up            free-shift   in   404  ok   404  404  post
coordination:own-week                     -            in   ok   ok   .    ok   -
coordination:own-feed                     -            in   404  ok   .    404  post
coordination:own-assignment-file          assignment   in   404  ok   404  404  -
coordination:feed-renew                   feed         in   404  ok   404  404  post
coordination:feed-off                     feed         in   404  ok   404  404  post
coordination:own-assignment-cancel        assignment   in   404  ok   404  404  post
coordination:own-swap                     assignment   in   404  ok   404  404  post
coordination:own-stand-in-list            -            in   ok   ok   .    ok   -
coordination:own-stand-in                 stand-in     in   404  ok   404  404  post
coordination:own-swap-for                 stand-in     in   404  ok   404  404  post
coordination:own-swap-answer              swap         in   404  ok   404  404  post
coordination:own-hours                    -            in   ok   ok   .    ok   -
coordination:own-hours-tell               -            in   404  ok   .    404  post
coordination:own-hours-withdraw           told         in   404  ok   404  404  post
coordination:own-hours-statement          month        in   404  ok   .    404  -
coordination:own-led                      -            in   ok   ok   .    ok   -
coordination:own-led-shift                led-shift    in   404  ok   404  404  post
coordination:own-place                    waiting      in   404  ok   404  404  post
coordination:own-change                   unconfirmed  in   404  ok   404  404  post
coordination:own-reminders                -            in   404  ok   .    404  post
coordination:own-start                    -            in   ok   ok   .    ok   -
coordination:own-mentor-steps             mentee       in   404  ok   404  404  post
coordination:own-contact                  -            in   404  ok   .    404  post
coordination:own-message-list             -            in   ok   ok   .    ok   -
coordination:own-message                  own-message  in   404  ok   404  404  -
coordination:own-message-choices          -            in   404  ok   .    404  post
coordination:own-invitation-answer        invitation   in   404  ok   404  404  post
agreements:own-list                       -            in   ok   ok   .    ok   -
agreements:own-consents                   -            in   ok   ok   .    ok   -
agreements:own-consent-give               consent      in   404  ok   .    404  post
agreements:own-consent                    photo        in   404  ok   404  404  post
agreements:own-declaration                -            in   404  ok   .    404  post
agreements:own-sign                       agreement    in   404  ok   404  404  post
agreements:own-document                   document     in   404  ok   404  404  -
agreements:own-handbook                   engagement   in   404  ok   404  404  -
agreements:own-end                        agreement    in   404  ok   404  404  post
core:job-list                             -            in   ok   ok   .    ok   -
core:job                                  job          in   404  ok   404  404  -
core:job-cancel                           job          in   404  ok   404  404  post
core:job-resume                           job          in   404  ok   404  404  post
core:job-result                           job          in   404  403  404  404  -
agreements:own-attestation                own-case     in   404  ok   404  404  -
agreements:own-attestation-cpr            own-case     in   404  ok   404  404  post
agreements:own-attestation-forget         own-case     in   404  ok   404  404  post
agreements:own-attestation-consent        own-case     in   404  ok   404  404  post
agreements:own-attestation-decline        own-case     in   404  ok   404  404  post
"""

# Addresses that ask for no sign-in, with what a visitor gets. Nothing else may be public.
PUBLIC = """
start                                     -            go
alive                                     -            ok
ready                                     -            ok
working                                   -            ok
figures                                   -            404
core:logo                                 -            404
core:mailbox                              -            404
core:mailbox-letter                       word         404
core:set-language                         -            405
core:unsubscribe                          unsubscribe  ok
core:accessibility                        -            ok
coordination:feed                         feed-address ok
coordination:group-link                   group-token  ok
coordination:group-give-back              group-token  ok
coordination:check-in                     poster       ok
agreements:sign-start                     token        ok
agreements:sign-code                      token        ok
agreements:sign-read                      token        go
agreements:sign-document                  token        go
agreements:sign-mitid                     token        404
agreements:sign-mitid-answer              -            404
agreements:verify                         -            ok
agreements:verify-answer                  code         ok
coordination:branch-public                branch       ok
recruitment:opportunity-list              -            ok
recruitment:opportunity-detail            opportunity  ok
recruitment:public-activity               activity     ok
recruitment:sign-up                       opportunity  ok
recruitment:sign-up-thanks                opportunity  ok
recruitment:interest                      interest     ok
recruitment:about                         -            ok
recruitment:privacy-notice                -            ok
account_login                             -            ok
account_logout                            -            go
account_inactive                          -            ok
account_request_login_code                -            ok
account_confirm_login_code                -            go
account_reset_password                    -            ok
account_reset_password_done               -            ok
account_reset_password_from_key           key          ok
account_reset_password_from_key_done      -            ok
mfa_authenticate                          -            in
mfa_login_webauthn                        -            in
"""

# One's own account: sign-in asked for, then the same for everybody. Asked by people who signed
# in a moment ago without a password of their own or a second factor: what is about those is 403
# (nothing to ask again with) or 404.
ACCOUNT = """
account_reauthenticate                    -            403
account_change_password                   -            go
account_set_password                      -            ok
mfa_index                                 -            ok
mfa_reauthenticate                        -            403
mfa_activate_totp                         -            ok
mfa_deactivate_totp                       -            404
mfa_view_recovery_codes                   -            404
mfa_generate_recovery_codes               -            ok
mfa_download_recovery_codes               -            404
mfa_list_webauthn                         -            ok
mfa_add_webauthn                          -            ok
mfa_reauthenticate_webauthn               -            403
mfa_remove_webauthn                       none         404
mfa_edit_webauthn                         none         404
"""

# The administration, whatever its pages are: for managers, closed to everybody else.
ADMIN = "admin:"

COLUMNS = ("anon", "none", "own", "read", "amba", "lead", "coor", "next", "cent", "mana", "post")
OWN_COLUMNS = ("anon", "none", "own", "else", "staf", "post")


def rows(table, columns):
    """{address: {"row": what the address is about, column: expected}} of a table above."""
    found = {}
    for line in table.strip().splitlines():
        if not line or line.startswith("#"):
            continue
        name, row, *values = line.split()
        if len(values) != len(columns):
            raise ValueError(f"{name} has {len(values)} columns, not {len(columns)}.")
        found[name] = {"row": row, **dict(zip(columns, values, strict=True))}
    return found


def all_names():
    """Every address that the tables tell about, the administration left out."""
    return {
        name
        for table, columns in (
            (PAGES, COLUMNS),
            (OWN, OWN_COLUMNS),
            (PUBLIC, ("anon",)),
            (ACCOUNT, ("all",)),
        )
        for name in rows(table, columns)
    }
