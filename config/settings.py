"""Every setting, from the environment; what is not said is denied.

RELAIS_ENVIRONMENT=development (make run, make test) allows plain http on this machine, the embedded database,
a known secret key, mails as files and the demonstration. Everything else is production.
"""

from pathlib import Path

from csp.constants import NONE, SELF
from environ import FileAwareEnv

from config.connections import databases, login_named
from config.database import default_state

env = FileAwareEnv()  # NAME_FILE=/path is read too, for systemd credentials

BASE_DIR = Path(__file__).resolve().parent.parent
STATE = default_state()
DEVELOPMENT = env.str("RELAIS_ENVIRONMENT", "production") == "development"

# --- This installation -------------------------------------------------------------------------------------
RELAIS_APPS = ["crypto", "audit", "partners", "referral", "reporting"]
RELAIS_SITE_NAME = env.str("RELAIS_SITE_NAME", "Portail de suivi")
#: At the top of the neutral card: a shop that could be next door.
RELAIS_CARD_TITLE = env.str("RELAIS_CARD_TITLE", "Couture & retouches")
RELAIS_ORIGIN = env.str("RELAIS_ORIGIN", "http://127.0.0.1:8000" if DEVELOPMENT else "")  # of links in mails
RELAIS_DEMONSTRATION = DEVELOPMENT and env.bool("RELAIS_DEMONSTRATION", False)
#: Of one person; see referral/services/pace.py. A supervisor's morning of decisions fits: each opens its reason.
RELAIS_REVEALS_PER_HOUR = env.int("RELAIS_REVEALS_PER_HOUR", 60)
RELAIS_KEY_FILE = Path(env.str("RELAIS_KEY_FILE", str(STATE / "keys" / "kek.json") if DEVELOPMENT else ""))
#: File with the 32 bytes, in hexadecimal, that sign the paper of a concluded review; without it the paper bears a
#: fingerprint alone, and says so.
RELAIS_REVIEW_KEY = env.str("RELAIS_REVIEW_KEY", "")
#: Where the signer of the audit's tree listens, and the key by which its signatures are checked (audit/signer.py).
RELAIS_SIGNER_SOCKET = env.str(
    "RELAIS_SIGNER_SOCKET", str(STATE / "signer" / "socket") if DEVELOPMENT else ""
)
_VKEY = STATE / "signer" / "vkey"
RELAIS_LOG_KEY = env.str(
    "RELAIS_LOG_KEY", _VKEY.read_text() if DEVELOPMENT and _VKEY.exists() else ""
).strip()
#: Public keys of signers that there were before: what they signed is still verified by them.
RELAIS_LOG_KEYS_FORMER = env.list("RELAIS_LOG_KEYS_FORMER", default=[])
#: Who outside cosigns it, each `https://address name+id+key`: none unless named.
RELAIS_WITNESSES = env.list("RELAIS_WITNESSES", default=[])
RELAIS_WITNESSES_FORMER = env.list("RELAIS_WITNESSES_FORMER", default=[])
#: Who holds the key-encryption keys: "file", "sealed" or "vault" (docs/operations.md, Keys).
RELAIS_KEY_PROVIDER = env.str("RELAIS_KEY_PROVIDER", "file")
#: Only while the keys go from one provider to another: the one that they come from.
RELAIS_KEY_FORMER = env.str("RELAIS_KEY_FORMER", "")
#: Provider "sealed": the sealed key file, and the socket of the agent that opens it.
RELAIS_KEY_SEALED = Path(
    env.str("RELAIS_KEY_SEALED", str(STATE / "keys" / "kek.sealed") if DEVELOPMENT else "")
)
RELAIS_KEY_AGENT = Path(env.str("RELAIS_KEY_AGENT", "/run/relais-keys/agent.sock"))
#: Provider "vault": an OpenBao or Vault server with its transit engine, and how this process signs in there.
RELAIS_VAULT = {
    "url": env.str("RELAIS_VAULT_URL", ""),
    "token": env.str("RELAIS_VAULT_TOKEN", ""),
    "role_id": env.str("RELAIS_VAULT_ROLE_ID", ""),
    "secret_id": env.str("RELAIS_VAULT_SECRET_ID", ""),
    "ca": env.str("RELAIS_VAULT_CA", ""),
    "mount": env.str("RELAIS_VAULT_MOUNT", "transit"),
    "key": env.str("RELAIS_VAULT_KEY", "relais-kek"),
    "index_key": env.str("RELAIS_VAULT_INDEX_KEY", "relais-index"),
}
#: How long backups of the database are kept: so long an erased case can come back with one (docs/operations.md).
RELAIS_BACKUP_DAYS = env.int("RELAIS_BACKUP_DAYS", 35)

DEBUG = False  # its error page shows the variables of every frame
SECRET_KEY = env.str("RELAIS_SECRET_KEY", "django-insecure-development" if DEVELOPMENT else "")
SECRET_KEY_FALLBACKS = env.list("RELAIS_SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("RELAIS_HOSTS", default=["127.0.0.1", "localhost"] if DEVELOPMENT else [])
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if not DEVELOPMENT else []

INSTALLED_APPS = [
    "config",
    *RELAIS_APPS,
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "axes",
    "guardian",
    "simple_history",
    "csp",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages are padded by random bytes (Django's answer to BREACH), and no page mirrors what a stranger sent.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.Activity",
    "config.middleware.Sitting",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "config.middleware.Undertaking",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "NAME": "pages",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.frame",
            ],
        },
    },
    {
        # Error pages ask nothing of the database, which may be what failed.
        "NAME": "errors",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

# --- Database ----------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", "")
DATABASES = databases(
    DATABASE_URL,
    STATE,
    login=login_named(env.str("RELAIS_DATABASE_LOGIN", "app")),
    pool=env.int("RELAIS_DATABASE_POOL", 4),
)
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Shared by all processes: rate limits and used codes counted per process could be outwitted.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "relais_cache"}}

# --- Uploads -----------------------------------------------------------------------------------------------
# In memory or not at all: a temporary file would lie on the disk in clear. Larger ones are passed over, and the
# form says that no file came. Ten megabytes, and what a form has around them.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024 + 64 * 1024

# --- Work outside a request --------------------------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# A worker that died is noticed within seconds, and what it held is taken up again (config/jobs.py).
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": 1,
    "update_heartbeat_interval": 5,
    "stalled_worker_timeout": 20,
    "delete_jobs": "successful",
    "shutdown_graceful_timeout": 20,
}

# --- People ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "partners.backends.Backend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "partners.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation by mail link has proved the address
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # allauth's would name the host of the request
# Counted per address and network address: five tries on somebody else's address must not lock a duty officer out.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,30/5m/key"}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True

GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours; never for good: an attacker could shut a duty officer out
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "partners.adapter.attempted_address"
AXES_SENSITIVE_PARAMETERS = ["login", "csrfmiddlewaretoken", "next"]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the audit holds sign-ins
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "partners/locked.html"

# --- Sessions and cookies ----------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 15 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEVELOPMENT
SESSION_COOKIE_NAME = "session" if DEVELOPMENT else "__Host-session"
CSRF_COOKIE_NAME = "csrf" if DEVELOPMENT else "__Host-csrf"
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would drop it behind a link in a mail: invitation, password, notice
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_HTTPONLY = True

# --- What a browser is told --------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = not DEVELOPMENT  # gunicorn believes X-Forwarded-Proto from the proxy's address only
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 2 * 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEVELOPMENT
SECURE_REDIRECT_EXEMPT = [r"^health/"]
# With "no-referrer" browsers send `Origin: null` along with a form, and Django refuses it.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "font-src": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "report-uri": "/csp-report/",
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# All that one form brings in files, kept in memory alone: Django's own second handler would write a file in clear.
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["config.uploads.InMemory"]

# --- Static files ------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("RELAIS_STATIC_ROOT", str(STATE / "static")))
STATICFILES_DIRS = [folder for folder in [BASE_DIR / "frontend" / "dist"] if folder.is_dir()]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    },  # nothing is written to a disk in clear
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Language and time -------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Africa/Dakar"
USE_TZ = True

# --- Mail --------------------------------------------------------------------------------------------------
if DEVELOPMENT:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = STATE / "mail"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = env.str("RELAIS_MAIL_HOST", "localhost")
    EMAIL_PORT = env.int("RELAIS_MAIL_PORT", 587)
    EMAIL_HOST_USER = env.str("RELAIS_MAIL_USER", "")
    EMAIL_HOST_PASSWORD = env.str("RELAIS_MAIL_PASSWORD", "")
    EMAIL_USE_TLS = env.bool("RELAIS_MAIL_TLS", True)
    EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("RELAIS_MAIL_FROM", "portail@localhost")

# --- Finding a person (security.md §2.6): after a change of the population, `manage.py match rebuild` ----------
#: How many people the files of this country are about, at least: buckets of the indexes hold more than one of them.
RELAIS_POPULATION = env.int("RELAIS_POPULATION", 20_000)
#: Searches of one person on one day: of a partner, of the national unit.
RELAIS_SEARCHES = env.int("RELAIS_SEARCHES", 20)
RELAIS_SEARCHES_NATIONAL = env.int("RELAIS_SEARCHES_NATIONAL", 200)

# --- The directory's API: requests in a minute, counted for all processes together ---------------------------
#: From one network address without a token, and with one token.
RELAIS_API_REQUESTS = env.int("RELAIS_API_REQUESTS", 60)
RELAIS_API_REQUESTS_TOKEN = env.int("RELAIS_API_REQUESTS_TOKEN", 300)

# --- Text messages: without an address none is offered (docs/operations.md) ---------------------------------
RELAIS_GATEWAY_URL = env.str("RELAIS_GATEWAY_URL", "")
RELAIS_GATEWAY_TOKEN = env.str("RELAIS_GATEWAY_TOKEN", "")
#: What the gateway shows when it hands over an answer; without it none is taken.
RELAIS_GATEWAY_ANSWER_TOKEN = env.str("RELAIS_GATEWAY_ANSWER_TOKEN", "")

# --- Log: one JSON object per line, with the keys and values that config/logs.py allows ---------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("RELAIS_LOG_LEVEL", "INFO")},
    # Django's own handlers would mail or print whole requests.
    "loggers": {
        **{name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
        "procrastinate": {"level": "WARNING"},  # a line for each job that began and ended is no news
    },
}
