"""Django's field classes with type arguments, which only the stubs give them."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

Set_contra = TypeVar("Set_contra", contravariant=True)
Get_co = TypeVar("Get_co", covariant=True)

if TYPE_CHECKING:
    from django.db.models import BinaryField, CharField, EmailField, TextField
else:

    class _Subscriptable:
        # Not typing.Generic: Django copies a field by changing the class of an empty object.
        def __class_getitem__(cls, types: Any) -> type[Self]:
            return cls

    class BinaryField(_Subscriptable, models.BinaryField):
        pass

    class CharField(_Subscriptable, models.CharField):
        pass

    class EmailField(_Subscriptable, models.EmailField):
        pass

    class TextField(_Subscriptable, models.TextField):
        pass


__all__ = ["BinaryField", "CharField", "EmailField", "Get_co", "Set_contra", "TextField"]
