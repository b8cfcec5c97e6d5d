import { type ChildProcess, spawn } from "node:child_process";

// Reads a pipe that only the test process holds: it ends when that process does, even by SIGKILL. The folder of
// process ids covers systems without a parent-death signal.
const script = `
read -r _
for file in "$1"/pids/*; do kill -9 "\${file##*/}" 2>/dev/null; done
for attempt in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$1" && exit 0; sleep 0.2; done
`;

/** Removes `folder` and what is left of its servers once this process is gone, unless it is called off. */
export function startWatchdog(folder: string): ChildProcess {
  const child = spawn("/bin/sh", ["-c", script, "fairlead-test-watchdog", folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
  });
  child.unref();
  // The pipe must not keep the event loop alive: jest ends when its tests do.
  const pipe: unknown = child.stdin;
  if (hasUnref(pipe)) pipe.unref();
  return child;
}

function hasUnref(value: unknown): value is { unref(): void } {
  return typeof value === "object" && value !== null && "unref" in value && typeof value.unref === "function";
}

/** Ends the watchdog: it has nothing to remove any more. */
export function callOffWatchdog(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once("exit", () => resolve());
    child.ref();
    child.kill("SIGKILL");
  });
}
