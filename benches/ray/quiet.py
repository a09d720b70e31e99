"""Waits until other programs leave the processors alone, so that what comes next measures only itself."""

import sys
import time

WINDOW = 0.3  # seconds of quiet
BUSY = 0.1  # share of all processors' time that is still quiet

patience = 240.0  # seconds that a process waits in all


def wait():
    global patience
    while patience > 0 and busy() > BUSY:
        patience -= WINDOW
        if patience <= 0:
            print("quiet: the machine is busy; going on, but times may be too long", file=sys.stderr)


def busy():
    idle, total = ticks()
    time.sleep(WINDOW)
    idle_then, total_then = ticks()
    return 1 - (idle_then - idle) / (total_then - total)


def ticks():
    """Of all processors since the start of the machine: idle, and all."""
    with open("/proc/stat") as file:
        times = [int(field) for field in file.readline().split()[1:9]]
    return times[3] + times[4], sum(times)


if __name__ == "__main__":
    wait()
