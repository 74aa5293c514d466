from uuid import uuid4

from crypto.scopes import Scope, ScopeKind


def test_a_scope_is_its_kind_and_id() -> None:
    one, case_id = uuid4(), uuid4()
    assert Scope(ScopeKind.EXCHANGE, one, case_id) == Scope(ScopeKind.EXCHANGE, one)
    assert hash(Scope(ScopeKind.EXCHANGE, one, case_id)) == hash(Scope(ScopeKind.EXCHANGE, one))
    assert Scope(ScopeKind.EXCHANGE, one) != Scope(ScopeKind.DISCLOSURE, one)
    assert Scope(ScopeKind.EXCHANGE, one) != Scope(ScopeKind.EXCHANGE, uuid4())


def test_a_case_is_destroyed_with_itself() -> None:
    case_id = uuid4()
    assert Scope(ScopeKind.CASE, case_id).case_id == case_id
    assert Scope(ScopeKind.CASE, case_id, uuid4()).case_id == case_id
    assert Scope(ScopeKind.SERVICE, case_id).case_id is None
