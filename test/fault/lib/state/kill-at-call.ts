import { promises } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/**
 * Preloaded into a child process (`node --import`): SIGKILL right before its n-th file system call, so that a test can
 * visit every boundary between two calls. Counting starts when the child calls `globalThis.startKillCount()`.
 */
const killAt = Number(process.env["KILL_AT_CALL"] ?? "0");
let counting = false;
let calls = 0;

function beforeCall(): void {
  if (!counting) return;
  calls += 1;
  if (calls === killAt) {
    process.kill(process.pid, "SIGKILL");
    // The signal arrives before any further call is issued.
    for (;;);
  }
}

type Calls = Record<string, (...args: unknown[]) => unknown>;

function wrap(target: Calls, names: readonly string[]): void {
  for (const name of names) {
    const original = target[name];
    if (original === undefined) throw new Error(`no file system call ${name}`);
    target[name] = function wrapped(this: unknown, ...args: unknown[]): unknown {
      beforeCall();
      return original.apply(this, args);
    };
  }
}

const handle = await promises.open("/dev/null");
const prototype = Object.getPrototypeOf(handle) as Calls; // node does not export the class of its file handles
await handle.close();
wrap(prototype, ["write", "writeFile", "appendFile", "sync", "datasync", "chmod", "stat", "read"]);
wrap(promises as unknown as Calls, ["open", "rename", "link", "rm", "mkdir", "copyFile", "stat", "readdir"]);
syncBuiltinESMExports();

declare global {
  var startKillCount: () => void;
  var killCount: () => number;
}
globalThis.startKillCount = () => {
  counting = true;
};
globalThis.killCount = () => calls;
