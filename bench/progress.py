"""How far the measuring is."""

import os
import shutil
import sys
import time

import tree


class Progress:
    """How far it is: a line that is written over on a terminal, a line for each workload elsewhere."""

    WIDTH = 30

    def __init__(self, total):
        self.total = total
        self.done = 0.0
        self.title = ""
        self.began = self.expected = 0.0
        self.tty = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    def begin(self, title, expected):
        """What is done now, and about how many seconds it takes."""
        self.title, self.expected, self.began = title, expected, time.monotonic()
        if not self.tty:
            tree.say("MEASURE", title)
        self.tick()

    def tick(self):
        """Called now and then meanwhile."""
        if not self.tty:
            return
        part = self.done + min(time.monotonic() - self.began, self.expected)
        share = min(part / self.total, 1.0)
        bar = "#" * int(share * self.WIDTH)
        left = max(self.total - part, 0) / 60
        line = f"  [{bar:<{self.WIDTH}}] {share:4.0%}  {left:4.1f} min left  {self.title}"
        self.write(line[:shutil.get_terminal_size().columns - 1])

    def end(self):
        """It is done, however long it took."""
        self.done += self.expected
        self.write("")

    def write(self, line):
        """Over what the terminal's last line says."""
        if self.tty:
            sys.stderr.write("\r\033[K" + line)
            sys.stderr.flush()
