"""The web server's settings, in `make run` and in production: gunicorn -c config/gunicorn.py config.wsgi."""

import os

bind = os.environ.get("RELAIS_BIND", "127.0.0.1:8000")
worker_class = "gthread"  # a browser's spare connections stall a synchronous worker
workers = int(os.environ.get("RELAIS_WORKERS", "1"))
threads = int(os.environ.get("RELAIS_DATABASE_POOL", "4"))  # as many as each process keeps connections
timeout = 30
graceful_timeout = 10
max_requests = 10_000
max_requests_jitter = 1_000
limit_request_line = 2048
accesslog = None  # a line for each request would tell who worked when; the audit says who looked at what
no_control_socket = True
loglevel = "warning"
