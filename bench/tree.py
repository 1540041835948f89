"""Where things are, and how commands are run and builds kept.

All that a benchmark runs lies under build/bench. A part of it is built again when what it was made
from has changed, and never half: its stamp is written last.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("BUILD") or os.path.join(ROOT, "build")
OUT = os.path.join(BUILD, "bench")
HERE = os.path.join(ROOT, "bench")
LOG = os.path.join(OUT, "build.log")
JOBS = len(os.sched_getaffinity(0))


class Failed(Exception):
    """What went wrong, for the person who ran it."""


def say(word, text):
    """One line of progress, in the form that the other tools use."""
    print(f"  {word:<7} {text}", file=sys.stderr, flush=True)


def short(path):
    """The path as someone would type it at the top of the repository."""
    return os.path.relpath(path, ROOT) if path.startswith(ROOT + os.sep) else path


def alone():
    """Two benchmarks at once would measure each other. The log starts anew; the lock holds until it is closed."""
    os.makedirs(OUT, exist_ok=True)
    lock = open(os.path.join(OUT, ".lock"), "w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Failed("another benchmark runs here, see build/bench/.lock") from None
    with open(LOG, "w", encoding="utf-8"):
        return lock


def run(command, **how):
    """Run a command with its output in the log; say the end of that if it fails."""
    with open(LOG, "a", encoding="utf-8") as log:
        log.write("+ " + shlex.join(command) + "\n")
        log.flush()
        start = log.tell()
        status = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **how)
    if status:
        with open(LOG, encoding="utf-8", errors="replace") as log:
            log.seek(start)
            sys.stderr.writelines(log.readlines()[-15:])
        raise Failed(f"{os.path.basename(command[0])} failed (status {status}), see {short(LOG)}")


def key_of(*parts):
    """A short name for contents: files (by path, if there is one) and plain words."""
    total = hashlib.sha256()
    for part in parts:
        if os.path.isfile(part):
            with open(part, "rb") as file:
                total.update(hashlib.sha256(file.read()).digest())
        else:
            total.update(part.encode() + b"\0")
    return total.hexdigest()


def built(directory, key):
    """Whether the directory holds what was made from this key; if not, it is made empty."""
    try:
        with open(os.path.join(directory, ".built"), encoding="ascii") as file:
            if file.read() == key:
                return True
    except FileNotFoundError:
        pass
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    return False


def done(directory, key):
    """The directory is complete."""
    with open(os.path.join(directory, ".built"), "w", encoding="ascii") as file:
        file.write(key)
