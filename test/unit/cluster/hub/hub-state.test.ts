import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type HubsState, type Part, readState, stateFile, writeState } from "../../../cluster/hub/hub-state.ts";
import { StateKeeper } from "../../../cluster/hub/state-keeper.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-state-"));
});
afterEach(() => rm(folder, { recursive: true }));

const empty: HubsState = { schemaVersion: 1, phase: "starting", fingerprint: "f", hubs: [], parts: [] };

function part(name: string): Part {
  return { name, namespace: "n", command: "c", args: [], environment: {}, folder: "/f", logFile: "/f/l" };
}

describe("the state of hubs", () => {
  test("is read as it was written, by nobody but its owner", async () => {
    await writeState(folder, empty);
    expect(await readState(folder)).toEqual(empty);
    expect((await stat(stateFile(folder))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["state.json"]);
  });

  test.each(["", "{", "null", "[]", '{"schemaVersion":2}'])("counts as none where the file holds %j", async (text) => {
    await writeFile(stateFile(folder), text);
    expect(await readState(folder)).toBeUndefined();
  });

  test("is none where there is no file", async () => {
    expect(await readState(folder)).toBeUndefined();
  });
});

describe("the keeper of the state", () => {
  test("loses no record of parts that start side by side", async () => {
    const keeper = new StateKeeper(folder, empty);
    const names = Array.from({ length: 20 }, (_, index) => `hub/${index}`);
    await Promise.all(names.map((name, index) => keeper.record(part(name), { pid: index + 1, started: "1" })));
    expect((await readState(folder))?.parts.map(({ name }) => name)).toEqual(names);
  });

  test("replaces the record of a part that starts again, and forgets the process of one that stops", async () => {
    const keeper = new StateKeeper(folder, empty);
    await keeper.record(part("hub/velero"), { pid: 1, started: "1" });
    await keeper.record(part("hub/velero"), { pid: 2, started: "2" });
    expect((await readState(folder))?.parts).toEqual([{ ...part("hub/velero"), process: { pid: 2, started: "2" } }]);
    await keeper.record(part("hub/velero"), undefined);
    expect((await StateKeeper.open(folder))?.state.parts).toEqual([part("hub/velero")]);
  });
});
