import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "@jest/globals";
import { identifyProcess, isAlive } from "../../../cluster/programs/process-identity.ts";

describe("process identity", () => {
  test("a living process is alive", async () => {
    const own = await identifyProcess(process.pid);
    expect(own?.pid).toBe(process.pid);
    expect(own !== undefined && (await isAlive(own))).toBe(true);
  });

  test("another process of the same number is not the one that was meant", async () => {
    expect(await isAlive({ pid: process.pid, started: "1" })).toBe(false);
  });

  test("a process that ended is not alive", async () => {
    const child = spawn("/bin/sh", ["-c", "read -r _"], { stdio: ["pipe", "ignore", "ignore"] });
    const identity = await identifyProcess(child.pid ?? 0);
    expect(identity !== undefined && (await isAlive(identity))).toBe(true);
    child.stdin.end();
    await once(child, "exit");
    expect(identity !== undefined && (await isAlive(identity))).toBe(false);
  });

  test("a process whose name holds spaces and parentheses is understood", async () => {
    const child = spawn("/bin/bash", ["-c", "printf 'a) S 1 (b' > /proc/$$/comm; echo ready; read -r _"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    await once(child.stdout, "data");
    const identity = await identifyProcess(child.pid ?? 0);
    expect(identity?.started).toMatch(/^\d{3,}$/);
    child.stdin.end();
    await once(child, "exit");
  });
});
