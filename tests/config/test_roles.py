import pytest
from django.db import DatabaseError, connection, connections, transaction


@pytest.mark.django_db
def test_the_application_may_not_alter_what_it_uses(settings):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_table_privilege('django_session', 'DELETE')")
        assert cursor.fetchone() == ("relais_app", True)
        refused = ["TRUNCATE django_session", "ALTER TABLE django_session DISABLE TRIGGER ALL"]
        if not settings.DATABASE_URL:  # behind one login the way back is open: checks.py warns of it
            refused.append("SET ROLE relais_owner")
        for statement in refused:
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)


@pytest.mark.django_db(transaction=True, databases=["default", "audit"])
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_leaves_nothing(turn):
    with connections["audit"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('k', '', now())")
