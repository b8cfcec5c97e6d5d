#!/usr/bin/python3
"""Gives virtual machines the time to shut down before their node does.

It holds a delay lock of systemd-logind. When the node is to shut down, guests are asked to shut down, and the lock is
let go once they have, or after the limit. Whatever goes wrong, the lock is let go: a node must be able to go down.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from queue import Empty, SimpleQueue
from typing import NamedTuple

LOCK = ("systemd-inhibit", "--what=shutdown", "--mode=delay", "--who=vm-drain-shutdown-inhibitor",
        "--why=virtual machines shut down first", "sleep", "infinity")  # fmt: skip
LOGIN = "org.freedesktop.login1"
# By the sender: everyone on the bus may send a signal of this name.
MATCH = f"type='signal',sender='{LOGIN}',interface='{LOGIN}.Manager',member='PrepareForShutdown'"
MONITOR = ("stdbuf", "-oL", "busctl", "--system", "--json=short", f"--match={MATCH}", "monitor")
PREPARING = ("busctl", "--system", "get-property", LOGIN, "/org/freedesktop/login1", f"{LOGIN}.Manager",
             "PreparingForShutdown")  # fmt: skip
COMMAND_SECONDS = 20


class Fault(Exception):
    """What ended the service, or one command, in words for the journal."""


class Event(Enum):
    SHUTDOWN = "the node is to shut down"
    CALLED_OFF = "and now it is not"
    LOCK_LOST = "the process of the lock has ended"
    STOP = "systemd wants this service to end"


Events = SimpleQueue


class Limits(NamedTuple):
    seconds: float
    poll: float
    at_once: int
    longest_pause: float
    look: float


class Guest(NamedTuple):
    container: str
    domain: str


def say(text: str) -> None:
    print(text, flush=True)


def run(*command: str) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=COMMAND_SECONDS)
    except subprocess.CalledProcessError as error:
        raise Fault(f"{' '.join(command)}: {error.stderr.strip() or f'exit code {error.returncode}'}") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise Fault(f"{' '.join(command)}: {error}") from error
    return done.stdout


def listed(key: str, *command: str) -> list[dict]:
    text = run("crictl", *command, "--output", "json")
    try:
        return json.loads(text).get(key) or []
    except ValueError as error:
        raise Fault(f"crictl {' '.join(command)} gave no JSON: {error}") from error


def launcher_pods() -> list[str]:
    return [pod["id"] for pod in listed("items", "pods", "--state", "ready", "--label", "kubevirt.io=virt-launcher")]


def compute_container(pod: str) -> str | None:
    containers = listed("containers", "ps", "--pod", pod, "--state", "running")
    return next((one["id"] for one in containers if one.get("metadata", {}).get("name") == "compute"), None)


def virsh(container: str, *command: str) -> str:
    return run("crictl", "exec", container, "virsh", *command)


def ask_guest(pod: str, end: float) -> Guest | None:
    """Asks the guest of a pod to shut down; nothing where there is none, or where it cannot be asked."""
    if time.monotonic() >= end:
        say(f"warning: no time is left to ask the guest of pod {pod}")
        return None
    try:
        container = compute_container(pod)
        domain = "" if container is None else virsh(container, "list", "--name").strip().split("\n")[0].strip()
        if container is None or domain == "":
            say(f"pod {pod} runs no guest")
            return None
        virsh(container, "shutdown", domain)
        say(f"{domain} is asked to shut down")
        return Guest(container, domain)
    except Fault as fault:
        say(f"warning: the guest of pod {pod} is not asked: {fault}")
        return None


def is_running(guest: Guest) -> bool:
    """A guest that cannot be asked runs on, unless its container is gone."""
    try:
        return virsh(guest.container, "domstate", guest.domain).strip() not in ("shut off", "crashed")
    except Fault:
        try:
            return run("crictl", "ps", "--id", guest.container, "--state", "running", "--quiet").strip() != ""
        except Fault:
            return True


def drain(limits: Limits) -> None:
    """Asks all guests first, so that none waits for another's shutdown, and then waits for all of them."""
    end = time.monotonic() + limits.seconds
    with ThreadPoolExecutor(limits.at_once) as pool:
        running = [guest for guest in pool.map(lambda pod: ask_guest(pod, end), launcher_pods()) if guest is not None]
        while running and time.monotonic() < end:
            time.sleep(min(limits.poll, max(0.0, end - time.monotonic())))
            states = list(pool.map(is_running, running))
            for guest in (guest for guest, still in zip(running, states) if not still):
                say(f"{guest.domain} is shut down")
            running = [guest for guest, still in zip(running, states) if still]
    for guest in running:
        say(f"warning: {guest.domain} still runs after {limits.seconds:g} s, and the node goes down")


class Lock:
    """The delay lock: logind holds a shutdown up as long as the process lives."""

    def __init__(self, events: Events) -> None:
        self.events = events
        self.process: subprocess.Popen | None = None

    def take(self) -> None:
        if self.process is not None:
            return
        try:
            self.process = subprocess.Popen(LOCK, start_new_session=True)
        except OSError as error:
            raise Fault(f"systemd-inhibit cannot be run: {error.strerror}") from error
        threading.Thread(target=self.tell_end, args=(self.process,), daemon=True).start()
        say("the lock is taken")

    def tell_end(self, process: subprocess.Popen) -> None:
        process.wait()
        if self.process is process:
            self.events.put(Event.LOCK_LOST)

    def release(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, signal.SIGKILL)  # with the sleep inside; there is nothing to be tidied up
        except ProcessLookupError:
            pass
        process.wait()
        say("the lock is let go")


def shutdown_of(line: str) -> Event | None:
    """What a message of the bus says of a shutdown: it begins, it was called off, or nothing."""
    try:
        message = json.loads(line)
        value = message["payload"]["data"][0] if message["member"] == "PrepareForShutdown" else None
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return {True: Event.SHUTDOWN, False: Event.CALLED_OFF}.get(value) if isinstance(value, bool) else None


class Monitor:
    """Watches the bus, by one monitor after the other."""

    def __init__(self, events: Events, longest_pause: float) -> None:
        self.events = events
        self.longest_pause = longest_pause
        self.guard = threading.Lock()
        self.process: subprocess.Popen | None = None
        self.is_closed = False

    def open(self) -> subprocess.Popen | None:
        with self.guard:
            if self.is_closed:
                return None
            self.process = subprocess.Popen(MONITOR, stdout=subprocess.PIPE, text=True, errors="replace")
            return self.process

    def close(self) -> None:
        with self.guard:
            self.is_closed = True
            if self.process is not None:
                self.process.kill()
                self.process.wait()

    def follow(self) -> bool:
        """Tells what one monitor hears until it ends; whether it heard anything."""
        has_heard = False
        try:
            process = self.open()
        except OSError as error:
            say(f"warning: the bus cannot be watched: {error.strerror}")
            return False
        if process is None or process.stdout is None:
            return False
        for line in process.stdout:
            has_heard = True
            event = shutdown_of(line)
            if event is not None:
                self.events.put(event)
        process.wait()
        return has_heard

    def watch(self) -> None:
        pause = 1.0
        while True:
            if self.follow():
                pause = 1.0
            if self.is_closed:
                return
            wait = min(pause, self.longest_pause)
            say(f"warning: the monitor of the bus has ended; the next one begins in {wait:g} s")
            time.sleep(wait)
            pause = min(pause * 2, self.longest_pause)
            if is_preparing():  # the signal came while nobody listened
                self.events.put(Event.SHUTDOWN)


def is_preparing() -> bool:
    try:
        return run(*PREPARING).strip() == "b true"
    except Fault as fault:
        say(f"warning: {fault}")
        return False


def shut_guests_down(lock: Lock, limits: Limits) -> None:
    say("the node is to shut down")
    try:
        drain(limits)
    except Exception as error:  # whatever it is, the node goes down
        say(f"error: guests are not shut down: {error!r}")
    finally:
        lock.release()


def tell_stops(events: Events) -> None:
    """
    A handler in Python runs only once the main thread comes back from what it waits in: a signal that arrives just
    before that wait would not end it. The pipe is written by the handler beneath, in C, whenever the signal comes.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)

    def listen() -> None:
        while signal.SIGTERM in os.read(reader, 1):
            events.put(Event.STOP)

    threading.Thread(target=listen, daemon=True).start()


def next_event(events: Events, look: float) -> Event:
    """
    Whatever comes next. A monitor needs a moment until it hears anything, and what is said meanwhile comes never again:
    from time to time it is looked whether a shutdown waits for the lock.
    """
    while True:
        try:
            return events.get(timeout=look)
        except Empty:
            if is_preparing():
                return Event.SHUTDOWN


def serve(limits: Limits) -> int:
    """
    Handles one event after the other, so that a stop waits for guests that are shutting down: their limit lies below
    TimeoutStopSec.
    """
    events: Events = SimpleQueue()
    tell_stops(events)
    lock, monitor = Lock(events), Monitor(events, limits.longest_pause)
    try:
        lock.take()
        threading.Thread(target=monitor.watch, daemon=True).start()
        while True:
            event = next_event(events, limits.look)
            if event is Event.STOP:
                return 0
            if event is Event.LOCK_LOST:
                raise Fault("the lock is lost: systemd-inhibit has ended")
            if event is Event.SHUTDOWN and lock.process is not None:
                shut_guests_down(lock, limits)
            elif event is Event.CALLED_OFF:
                say("the shutdown was called off")
                lock.take()
    except Fault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    finally:
        lock.release()
        monitor.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--limit", type=float, default=120, help="seconds that all guests have to shut down")
    parser.add_argument("--poll", type=float, default=2, help="seconds between two looks at the guests")
    parser.add_argument("--at-once", type=int, default=32, help="guests that are asked at the same time")
    parser.add_argument("--longest-pause", type=float, default=30, help="seconds before a new monitor of the bus")
    parser.add_argument("--look", type=float, default=10, help="seconds between two looks whether the node goes down")
    given = parser.parse_args()
    return serve(Limits(given.limit, given.poll, given.at_once, given.longest_pause, given.look))


if __name__ == "__main__":
    sys.exit(main())
