import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import { writeFileAtomically } from "../../../../steps/lib/state/write-file-atomically.ts";
import { temporaryFolders } from "./state-fixtures.ts";

const folder = temporaryFolders();
const options = { mode: 0o664, random: systemRandom };

describe("writeFileAtomically", () => {
  test("creates the file, its parents included, with the mode asked for whatever the umask", async () => {
    const path = join(folder(), "a", "b", "state.json");
    const before = process.umask(0o077);
    try {
      await writeFileAtomically(path, "one", options);
    } finally {
      process.umask(before);
    }
    expect(readFileSync(path, "utf8")).toBe("one");
    expect(statSync(path).mode & 0o777).toBe(0o664);
  });

  test("keeps the mode of a laptop's file private", async () => {
    const path = join(folder(), "state.json");
    await writeFileAtomically(path, "one", { ...options, mode: 0o600 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("replaces the content and leaves no temporary file", async () => {
    const path = join(folder(), "state.json");
    await writeFileAtomically(path, "one", options);
    await writeFileAtomically(path, "two", options);
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(join(path, ".."))).toEqual(["state.json"]);
  });

  test("keeps the content that it replaces as .bak, each time", async () => {
    const path = join(folder(), "state.json");
    for (const content of ["one", "two", "three"])
      await writeFileAtomically(path, content, { ...options, backup: true });
    expect(readFileSync(path, "utf8")).toBe("three");
    expect(readFileSync(`${path}.bak`, "utf8")).toBe("two");
    expect(readdirSync(join(path, "..")).toSorted()).toEqual(["state.json", "state.json.bak"]);
  });

  test("K-30 has the new content, then its name in the folder, on disk before it is done", async () => {
    const path = join(folder(), "state.json");
    const synced: string[] = [];
    const handle = await open(join(path, ".."));
    const files = Object.getPrototypeOf(handle);
    const sync = files.sync;
    // Whoever flushes anything says what, and whether the target has its new content by then.
    files.sync = async function (this: FileHandle): Promise<void> {
      const kind = (await this.stat()).isDirectory() ? "folder" : "file";
      synced.push(`${kind}, ${existsSync(path) ? "replaced" : "not yet replaced"}`);
      await sync.call(this);
    };
    try {
      await writeFileAtomically(path, "one", options);
    } finally {
      files.sync = sync;
      await handle.close();
    }
    expect(synced).toEqual(["file, not yet replaced", "folder, replaced"]);
  });

  test("replaces a symbolic link instead of writing through it", async () => {
    const directory = folder();
    writeFileSync(join(directory, "elsewhere"), "untouched");
    symlinkSync("elsewhere", join(directory, "state.json"));
    await writeFileAtomically(join(directory, "state.json"), "one", options);
    expect(readFileSync(join(directory, "elsewhere"), "utf8")).toBe("untouched");
    expect(readFileSync(join(directory, "state.json"), "utf8")).toBe("one");
  });

  test("a target that cannot be replaced is an error that says what is certain, and no temporary file stays", async () => {
    const directory = folder();
    const path = join(directory, "state.json");
    mkdirSync(join(path, "occupied"), { recursive: true });
    await expect(writeFileAtomically(path, "one", options)).rejects.toMatchObject({
      text: {
        id: "STATE-04",
        what: `could not write ${path}`,
        why: "the volume answered EISDIR (EISDIR); state.json is as it was before, nothing is lost",
        fix: "check the volume and its mount, then run again",
      },
    });
    expect(readdirSync(directory)).toEqual(["state.json"]);
  });

  test("a parent that is a file is an error, not a crash", async () => {
    const directory = folder();
    writeFileSync(join(directory, "file"), "");
    await expect(writeFileAtomically(join(directory, "file", "state.json"), "one", options)).rejects.toMatchObject({
      text: { id: "STATE-04" },
    });
    expect(existsSync(join(directory, "file", "state.json"))).toBe(false);
  });
});
