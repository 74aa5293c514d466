"""A signer that answers in a thread: what it does as a process is told in test_signer.py."""

import threading
import time
from pathlib import Path

from audit import signer
from audit.signer import Notary


class Answering:
    def __init__(self, path: Path, notary: Notary) -> None:
        self._path, self._notary, self._stopped = path, notary, threading.Event()

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        while not self._path.exists():
            time.sleep(0.001)

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _serve(self) -> None:
        with signer._listening(self._path, shared=False) as listener:
            listener.settimeout(0.05)
            while not self._stopped.is_set():
                try:
                    connection, _address = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.sendall(self._notary.answer(signer._received(connection)).encode())
