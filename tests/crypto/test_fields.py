import datetime, uuid
import pytest
from crypto import keyring
from tests.crypto.testapp.models import File
@pytest.mark.django_db
def test_smoke(keyring, django_assert_num_queries):
    f = File(alias="Awa", note="n", age=3, name="Real", born_on=datetime.date(2010,1,2))
    f.save()
    g = File.objects.get(pk=f.pk)
    assert (g.alias, g.note, g.age) == ("Awa","n",3)
    with keyring.revealing(g):
        assert g.name == "Real" and g.born_on == datetime.date(2010,1,2) and g.pregnant is None
    h = File.history.get()
    assert h.alias == "Awa"
    with keyring.revealing(h):
        assert h.name == "Real"
    g.refresh_from_db()
    assert g.alias == "Awa"
    d = File.objects.only("id","case_id").get()
    assert d.alias == "Awa"
