import pytest

from audit.enums import IpClass


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("10.1.2.3", "private"),
        ("41.82.0.1", "public"),
        ("2c0f:f248::1", "public"),
    ],
)
def test_an_address_is_kept_as_a_class(address, kind):
    assert IpClass.of(address) == kind


def test_what_is_no_address_is_refused():
    with pytest.raises(ValueError, match="does not appear"):
        IpClass.of("somewhere")
