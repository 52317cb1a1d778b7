"""The demo municipality: Odense's library branches with the numbers they published themselves.

`build.build()` makes it in an empty database, `logins.table()` says who can sign in. Places,
activities and numbers are real (`odense_overview.csv`, see SOURCES.md); people are Faker's.
"""
