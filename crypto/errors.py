"""What can go wrong with a key or a sealed value. No message ever holds a value, a key or a ciphertext."""


class CryptoError(Exception):
    """Base of every error of this package."""


class KeyringClosed(CryptoError):
    """Something was sealed or opened outside a request or a job."""


class KeyUnavailable(CryptoError):
    """The key provider cannot be used now: the view layer answers 503."""


class KeyDestroyed(CryptoError):
    """The data key no longer exists: what it sealed is gone for good."""


class Tampered(CryptoError):
    """The stored bytes are not what this field of this row sealed."""


class RevealRequired(CryptoError):
    """A secret field was read without an audited reveal."""


class PlaintextRefused(CryptoError):
    """A value would have left the process unsealed, or cannot be sealed at all."""


class SharesRefused(CryptoError):
    """What was typed is not a set of shares. The message is for the person at the terminal."""


class WrongKey(CryptoError):
    """What was given does not open the sealed keys. The message is for the person at the terminal."""
