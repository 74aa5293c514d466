"""Model fields that are sealed at rest, and the Code fields that are deliberately in clear."""

import json
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import wraps
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Exact, IsNull, Lookup
from django.db.models.query_utils import DeferredAttribute

from crypto import keyring
from crypto.errors import PlaintextRefused, RevealRequired, Tampered
from crypto.generic import BinaryField, CharField, EmailField, Get_co, Set_contra, TextField
from crypto.scopes import Scope
from crypto.sealed import LIMIT, SECRET_FLOOR, Opaque, Padding, Sealed, bound_field, encoded

NULL = b"\0"

_copying: ContextVar[bool] = ContextVar("crypto.fields.copying", default=False)


@contextmanager
def as_stored() -> Iterator[None]:
    """Inside, sealed attributes give their stored value, opaque: for copies of whole rows."""
    token = _copying.set(True)
    try:
        yield
    finally:
        _copying.reset(token)


class Unsaved(Opaque):
    """An assigned value that waits for `save()` to be sealed."""

    __slots__ = ()


class SealedAttribute(DeferredAttribute):
    """Opens a value when it is read, so that a page opens only what it shows."""

    field: "SealedField[Any, Any]"

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        stored = super().__get__(instance, cls)
        if instance is None or _copying.get():
            return stored
        return self.field.plain(instance, stored)

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.kept(value)


class StoredExact(Exact):
    """Stored bytes against stored bytes: the compare-and-swap of a key rotation."""

    def get_prep_lookup(self) -> Sealed | None:
        # None: Django goes on to ask for "isnull" itself.
        if self.rhs is not None and not isinstance(self.rhs, Sealed):
            raise PlaintextRefused("A sealed field is compared with stored values only.")
        return self.rhs


class SealedField(BinaryField[Set_contra, Get_co]):
    """Base of the sealed fields. The model has `key_scope()`, and a primary key that exists before INSERT.

    Args:
        secret: opens only inside `keyring.revealing(row)`; an absent value is sealed too.
        padding: "short" or "long", see `crypto.sealed.Padding`.
    """

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    tag: ClassVar[bytes]
    accepts: ClassVar[str]
    default_padding: ClassVar[Padding] = Padding.SHORT
    form_class: ClassVar[type[forms.Field]]
    descriptor_class = SealedAttribute
    empty_strings_allowed = False

    def __init__(self, *args: Any, secret: bool = False, padding: str | None = None, **kwargs: Any) -> None:
        self.secret = secret
        self.padding = Padding(padding or self.default_padding)
        super().__init__(*args, **kwargs)

    @property
    def level(self) -> str:
        return "secret" if self.secret else "sealed"

    @abstractmethod
    def encode(self, value: Any) -> bytes | None:
        """The bytes of a value, None for one that this field does not take."""

    @abstractmethod
    def decode(self, body: bytes) -> Any:
        """The value of the bytes."""

    def kept(self, value: Any) -> Opaque | None:
        """What the instance holds for an assigned value. Raises PlaintextRefused."""
        if value is None or isinstance(value, Opaque):
            return value
        body = self.encode(value)
        # Raised here and not where encoding fails: the error of the codec would carry the value along.
        if body is None:
            raise PlaintextRefused(f"{self} takes {self.accepts}.")
        if len(body) > LIMIT:
            raise PlaintextRefused(f"{self} takes at most {LIMIT} bytes.")
        return Unsaved(self.tag + body)

    def plain(self, instance: models.Model, stored: Opaque | None) -> Any:
        """Opens what the instance holds. Raises RevealRequired, KeyringClosed and the errors of the key."""
        if self.secret and not keyring.current().is_revealed(instance):
            raise RevealRequired(f"{self} is secret: it opens only inside keyring.revealing().")
        if isinstance(stored, Sealed):
            return self._decoded(self._payload(stored, *self._place(instance)))
        return None if stored is None else self._decoded(bytes(stored))

    def open_stored(self, stored: Sealed | None, pk: UUID, scope: Scope) -> Any:
        """Opens a value read by `values()`, without an instance. Raises RevealRequired for a secret field."""
        if self.secret:
            raise RevealRequired(f"{self} is secret: it opens only inside keyring.revealing().")
        return None if stored is None else self._decoded(self._payload(stored, pk, scope))

    def reseal(self, instance: models.Model) -> bool:
        """Puts the stored value under the newest key of its scope, for a row or a history row that is then saved.

        Returns:
            False when it lies there already, or there is none. Raises the errors of the key, and Tampered.
        """
        stored = self.value_from_object(instance)
        if not isinstance(stored, Sealed):
            return False
        pk, scope = self._place(instance)
        if keyring.current().key_for(scope).dek_id == stored.dek_id:
            return False
        instance.__dict__[self.attname] = self._sealed(self._payload(stored, pk, scope), pk, scope)
        return True

    def pre_save(self, instance: models.Model, add: bool) -> Sealed | None:
        stored = self.value_from_object(instance)
        if stored is None and self.secret:
            if not self.null:
                raise PlaintextRefused(f"{self} has no value.")
            stored = Unsaved(NULL)
        if isinstance(stored, Sealed) and keyring.is_lost(stored):
            stored = Unsaved(self._payload(stored, *self._place(instance)))
        if isinstance(stored, Unsaved):
            stored = self._sealed(bytes(stored), *self._place(instance))
            instance.__dict__[self.attname] = stored
        return stored  # type: ignore[no-any-return]

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        # full_clean() writes back what it read: an unchanged value must keep its stored bytes.
        stored = self.value_from_object(model_instance) if model_instance else None
        return stored if isinstance(stored, Sealed) else super().clean(value, model_instance)

    def value_from_object(self, obj: models.Model) -> Any:
        with as_stored():
            return getattr(obj, self.attname)

    def value_to_string(self, obj: models.Model) -> str:
        raise PlaintextRefused(f"{self} is never serialised.")

    def from_db_value(
        self, value: bytes | None, expression: Any, connection: BaseDatabaseWrapper
    ) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Sealed | None:
        if isinstance(value, Sealed) or (value is None and not self.secret):
            return value
        raise PlaintextRefused(f"{self} is written by save() only, and never searched.")

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        stored = self.get_prep_value(value)
        return None if stored is None else bytes(stored)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        # Django's own lets expressions pass: in update() and bulk_update() they would carry plaintext into SQL.
        if value is None and self.model.__module__ == "__fake__":
            return None  # a migration adds the column: the rows that are there have nothing to seal
        return self.get_db_prep_value(value, connection)

    def get_lookup(self, lookup_name: str) -> "type[Lookup[Any]]":
        if lookup_name == "exact":
            return StoredExact
        if lookup_name == "isnull" and not self.secret:
            return IsNull
        raise PlaintextRefused(f"{self} is sealed: it cannot be searched by {lookup_name}.")

    def get_default(self) -> Any:
        return super(models.BinaryField, self).get_default()

    def _check_str_default_value(self) -> list[Any]:
        return []

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if self.secret:
            kwargs["secret"] = True
        if self.padding is not self.default_padding:
            kwargs["padding"] = str(self.padding)
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", self.form_class)
        return super().formfield(**kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        # A history row is bound to the live row's model, so that its bytes can be copied as they are.
        self._bound = bound_field(getattr(cls, "instance_type", cls)._meta.label_lower, name)
        _refresh_as_stored(cls)

    def _place(self, instance: models.Model) -> tuple[Any, Scope]:
        owner: Any = getattr(type(instance), "instance_type", type(instance))
        return getattr(instance, owner._meta.pk.attname), owner.key_scope(instance)

    def _sealed(self, payload: bytes, pk: object, scope: Scope) -> Sealed:
        floor = SECRET_FLOOR if self.secret and self.padding is Padding.LONG else 0
        return keyring.current().key_for(scope).seal(payload, self._bound, pk, self.padding, floor)

    def _payload(self, stored: Sealed, pk: object, scope: Scope) -> bytes:
        try:
            return keyring.current().key_of(stored, scope).unseal(stored, self._bound, pk)
        except Tampered as error:
            raise Tampered(f"{self} of {pk}: {error}") from None

    def _decoded(self, payload: bytes) -> Any:
        tag, body = payload[:1], payload[1:]
        if tag == NULL:
            return None
        if tag != self.tag:
            raise Tampered(f"{self} holds a value of another type.")
        return self.decode(body)


class SealedTextField(SealedField[Set_contra, Get_co]):
    _pyi_private_set_type: str
    _pyi_private_get_type: str

    tag = b"s"
    accepts = "well-formed text within its length"
    form_class = forms.CharField
    empty_strings_allowed = True

    def encode(self, value: Any) -> bytes | None:
        if not isinstance(value, str) or (self.max_length is not None and len(value) > self.max_length):
            return None
        return encoded(value)

    def decode(self, body: bytes) -> str:
        return body.decode()

    def formfield(self, **kwargs: Any) -> Any:
        if self.choices is None:
            kwargs.setdefault("max_length", self.max_length)
            if self.padding is Padding.LONG:
                kwargs.setdefault("widget", forms.Textarea)
        return super().formfield(**kwargs)


class SealedJSONField(SealedField[Set_contra, Get_co]):
    tag = b"j"
    accepts = "values that JSON can hold"
    default_padding = Padding.LONG
    form_class = forms.JSONField

    def encode(self, value: Any) -> bytes | None:
        try:
            return encoded(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
        except (TypeError, ValueError, RecursionError):
            return None

    def decode(self, body: bytes) -> Any:
        return json.loads(body)


class SealedDateField(SealedField[Set_contra, Get_co]):
    _pyi_private_set_type: date
    _pyi_private_get_type: date

    tag = b"d"
    accepts = "a date"
    form_class = forms.DateField

    def encode(self, value: Any) -> bytes | None:
        if not isinstance(value, date) or isinstance(value, datetime):
            return None
        return value.isoformat().encode()

    def decode(self, body: bytes) -> date:
        return date.fromisoformat(body.decode())


class SealedIntegerField(SealedField[Set_contra, Get_co]):
    _pyi_private_set_type: int
    _pyi_private_get_type: int

    tag = b"i"
    accepts = "an integer of 64 bits"
    form_class = forms.IntegerField

    def encode(self, value: Any) -> bytes | None:
        if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
            return None
        return value.to_bytes(8, "big", signed=True)

    def decode(self, body: bytes) -> int:
        return int.from_bytes(body, "big", signed=True)


class SealedBooleanField(SealedField[Set_contra, Get_co]):
    _pyi_private_set_type: bool
    _pyi_private_get_type: bool

    tag = b"b"
    accepts = "True or False"
    form_class = forms.BooleanField

    def encode(self, value: Any) -> bytes | None:
        return bytes((value,)) if isinstance(value, bool) else None

    def decode(self, body: bytes) -> bool:
        return body == b"\x01"


class SealedBytesField(SealedField[Set_contra, Get_co]):
    _pyi_private_set_type: bytes
    _pyi_private_get_type: bytes

    tag = b"k"
    accepts = "bytes"

    def encode(self, value: Any) -> bytes | None:
        return value if isinstance(value, bytes) else None

    def decode(self, body: bytes) -> bytes:
        return body


class CodeField(CharField[Set_contra, Get_co]):
    """Text in clear on purpose: a code, never a name or a sentence."""

    level = "code"


class CodeTextField(TextField[Set_contra, Get_co]):
    """Long text in clear on purpose: published texts, never a word about a person."""

    level = "code"


class CodeEmailField(EmailField[Set_contra, Get_co]):
    """The address by which somebody signs in."""

    level = "code"


def _refresh_as_stored(cls: type[models.Model]) -> None:
    """Makes refresh_from_db(), deferred loading included, copy stored values instead of opening them."""
    refresh: Callable[..., None] = cls.refresh_from_db
    if getattr(refresh, "as_stored", False):
        return

    @wraps(refresh)
    def refresh_from_db(self: models.Model, *args: Any, **kwargs: Any) -> None:
        with as_stored():
            refresh(self, *args, **kwargs)

    refresh_from_db.as_stored = True  # type: ignore[attr-defined]
    cls.refresh_from_db = refresh_from_db  # type: ignore[method-assign]
