"""The ways a message can reach a person, behind one port.

    choosing.py   which way, and why: a pure function
    reach.py      what is known of how to reach people: a register that coordination fills
    port.py       what every way answers: open, send one message, refuse for good or for now
    email.py      SMTP                     sms.py    an HTTP gateway, or a file in the trial set-up
    letters.py    letters of the day, to be printed and posted       memo.py    Digital Post
    pace.py       at most so many mails a minute to one mail domain
    bounces.py    what came back: addresses that are marked           reports.py reading it
    postbox.py    the mailbox that reports come to (IMAP)
    unsubscribe.py the link and headers by which one declines

`core/delivery.py` is the sender that uses them. Decision: docs/decisions/channels.md.
"""
