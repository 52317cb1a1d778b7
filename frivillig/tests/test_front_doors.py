"""The doors that anybody may knock on."""

from django.db import DatabaseError, connection


def test_start_page_sends_visitors_to_the_public_site(client, db):
    assert client.get("/").url == "/bliv-frivillig/"


def test_health_says_alive_and_ready(client, db):
    assert client.get("/sundhed/").json() == {"status": "ok"}
    assert client.get("/sundhed/klar/").json() == {"status": "ok"}


def test_not_ready_without_a_database(client, db):
    def refuse(execute, sql, params, many, context):
        raise DatabaseError

    with connection.execute_wrapper(refuse):
        assert client.get("/sundhed/").status_code == 200
        assert client.get("/sundhed/klar/").status_code == 503
