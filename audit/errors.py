"""What can go wrong when a look or a change is written down."""


class AuditError(Exception):
    """Base of every error of this package."""


class NoSitting(AuditError):
    """Nobody is known to act: the code runs outside `sitting.opened`."""


class LooksUnwritten(AuditError):
    """A sitting ended with looks that were never written by `services.flush`."""


class AuditUnavailable(AuditError):
    """The event could not be written, so nothing may be shown."""


class NotInTransaction(AuditError):
    """A change event was to be written apart from its change."""


class RowNotStored(AuditError):
    """The subject of a change event is not in the database in the version that it claims."""


class FactRefused(AuditError, ValueError):
    """An event was to carry something else than a code, an id or a field name."""


class ProofRefused(AuditError, ValueError):
    """A proof of the tree does not prove what it should."""


class NoteRefused(AuditError, ValueError):
    """A signed note, or a key for one, is malformed or not by whom it should be."""


class TreeBroken(AuditError):
    """A leaf or a node of the stored tree is missing: nothing can be added to it, and nothing proved by it."""


class SignerSilent(AuditError):
    """The signer does not answer, or not with a signature of its key."""


class SignerRefused(AuditError):
    """The signer has signed a tree that is not the beginning of this one: the database was cut or rewritten."""


class WitnessSilent(AuditError):
    """A witness does not answer, or not as the protocol says."""


class WitnessRefused(AuditError):
    """A witness has cosigned a tree that is not the beginning of this one."""


class NothingSigned(AuditError):
    """There is no checkpoint yet that covers what was asked for."""
