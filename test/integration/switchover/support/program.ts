import { spawn } from "node:child_process";
import { program } from "../../../support/program.ts";
import { type Ended, ended } from "./switchover-bench.ts";

/** Runs `fairlead switchover …` as its own process; `environment` is added to a bare one. */
export function switchover(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: "/nowhere", ...environment };
  const child = spawn(process.execPath, [program, "switchover", ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  return ended(child);
}
