from django.db import connection

from audit.fields import IdentityField, Xid8Field
from audit.models import Event


def test_the_columns_are_the_database_s_own():
    assert IdentityField().db_type(connection) == "bigint GENERATED ALWAYS AS IDENTITY"
    assert Xid8Field().from_db_value(None, None, None) is None
    assert Xid8Field().from_db_value("18446744073709551615", None, None) == 2**64 - 1


def test_a_number_can_be_compared_as_a_bigint():
    assert Event._meta.get_field("seq").cast_db_type(connection) == "bigint"
