import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { runChild } from "./child-process.ts";

interface Report {
  readonly text: { readonly id: string; readonly what: string; readonly why: string; readonly fix: string };
  readonly files: readonly string[];
  readonly content?: string;
  readonly journal: { readonly lines: number; readonly unreadable: number };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fairlead-refused-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A mount namespace of its own with a 64 KiB volume at the folder: nothing is left mounted when the child ends. */
function onVolume(options: string, before = "true"): readonly string[] {
  const script = `mount -t tmpfs -o size=64k tmpfs "$0" && printf old > "$0/state.json" && ${before} && mount -o remount,${options} "$0" && exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", script, folder];
}

async function report(args: readonly string[], under: readonly string[]): Promise<Report> {
  const [what = "", size = "0"] = args;
  const { output } = await runChild("refuse-and-report.child.ts", [what, folder, size], { under });
  return JSON.parse(output) as Report;
}

describe("a volume that is full", () => {
  test("refuses a state file with its id; the old content and nothing else is there", async () => {
    const { text, files, content } = await report(["write", "200000"], onVolume("size=64k"));
    expect(text).toEqual({
      id: "STATE-01",
      what: `could not write ${folder}/state.json`,
      why: "no space is left for it on the volume (ENOSPC); state.json is as it was before, nothing is lost",
      fix: "free space on the volume or raise its quota, then run again",
    });
    expect(files).toEqual(["state.json"]);
    expect(content).toBe("old");
  });

  test("refuses a journal line; the lines before are kept", async () => {
    const { text, journal } = await report(["append", "100"], onVolume("size=64k"));
    expect(text).toMatchObject({ id: "STATE-01", what: `could not append to ${folder}/journal.jsonl` });
    expect(journal.lines).toBeGreaterThan(10);
    expect(journal.unreadable).toBeLessThanOrEqual(1);
  });

  test("refuses a lock and leaves no half of one", async () => {
    const fill = 'dd if=/dev/zero of="$0/filler" bs=1k count=100 2>/dev/null || true';
    const { text, files } = await report(["lock"], onVolume("size=64k", `{ ${fill}; }`));
    expect(text).toMatchObject({ id: "STATE-01", what: `could not lock ${folder}/state.json.lock` });
    expect(files).toEqual(["filler", "state.json"]);
  });
});

describe("a limit on the size of one file", () => {
  test("is told like a full volume", async () => {
    writeFileSync(join(folder, "state.json"), "old");
    const { text, files, content } = await report(["write", "200000"], ["prlimit", "--fsize=100000"]);
    expect(text).toMatchObject({ id: "STATE-01", why: expect.stringMatching(/\(EFBIG\)/) });
    expect([files, content]).toEqual([["state.json"], "old"]);
  });
});

describe("a volume mounted read-only", () => {
  test.each([["write"], ["lock"]])("refuses to %s with its id", async (what) => {
    const { text, files, content } = await report([what, "10"], onVolume("ro"));
    expect(text).toMatchObject({ id: "STATE-03", fix: "bind the workspace to a writable volume, then run again" });
    expect([files, content]).toEqual([["state.json"], "old"]);
  });
});

describe("a folder of another user", () => {
  // Root without the capabilities that overrule file modes: still the owner of its own programs, a stranger here.
  const asStranger = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--"];

  test.each([["write"], ["append"], ["lock"]])("refuses to %s with its id and names the remedy", async (what) => {
    writeFileSync(join(folder, "state.json"), "old");
    chmodSync(folder, 0o755);
    chownSync(folder, 65_534, 65_534);
    const { text } = await report([what, "10"], asStranger);
    expect(text).toMatchObject({
      id: "STATE-02",
      why: expect.stringMatching(/^this user may not do that there \(EACCES\)/),
    });
    expect(readFileSync(join(folder, "state.json"), "utf8")).toBe("old");
  });
});
