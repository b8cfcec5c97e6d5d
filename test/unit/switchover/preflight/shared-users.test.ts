import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { findSharedUsers, sharedUsersOf } from "../../../../steps/switchover/preflight/shared-users.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-users-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function merged(text: string, contexts: readonly [string | undefined, string | undefined], limit = 10_000) {
  const file = join(folder, "kubeconfig");
  await writeFile(file, text);
  const origin = (context: string | undefined) => (context === undefined ? { file } : { file, context });
  return await findSharedUsers({ primary: origin(contexts[0]), secondary: origin(contexts[1]) }, limit);
}

const config = `
current-context: east
contexts:
- { name: east, context: { cluster: east, user: admin } }
- { name: west, context: { cluster: west, user: west-admin } }
- { name: north, context: { cluster: north, user: admin } }
`;

describe("the users of a merged kubeconfig", () => {
  test("that belong to another context too are told for the hub concerned", async () => {
    expect(await merged(config, ["east", "west"])).toEqual({
      state: "read",
      value: [{ hub: "primary", user: "admin", contexts: ["east", "north"] }],
    });
  });

  test("are those of the current context where none is named", async () => {
    expect(await merged(config, [undefined, "west"])).toMatchObject({ value: [{ hub: "primary", user: "admin" }] });
  });

  test("are no matter where each hub has a file of its own", async () => {
    const origins = { primary: { file: "/nowhere/a" }, secondary: { file: "/nowhere/b" } };
    expect(await findSharedUsers(origins, 10)).toEqual({ state: "read", value: [] });
  });

  test.each(["[]", "contexts: 7", "contexts: [{ name: east }]", ""])("are none in %j", async (text) => {
    expect(await merged(text, ["east", "west"])).toEqual({ state: "read", value: [] });
  });

  test("cannot be told from a file that is no YAML, and its text is not repeated", async () => {
    const reading = await merged("token: secret-123\n\t: [", ["east", "west"]);
    expect(reading).toMatchObject({ state: "unread", text: { id: "SW-PRE-01", why: "it is not valid YAML" } });
    expect(JSON.stringify(reading)).not.toContain("secret-123");
  });

  test("cannot be told from a file that is too large", async () => {
    expect(await merged(config, ["east", "west"], 10)).toMatchObject({ state: "unread" });
  });
});

describe("the users of a run", () => {
  const params = { "primary-context": "east", "secondary-context": "west" };
  const setting = () => undefined;

  test("are those of the contexts that it names, in the file that both hubs come from", async () => {
    const file = join(folder, "both");
    await writeFile(file, config);
    expect(await sharedUsersOf({ files: { primary: file, secondary: file }, params, setting })).toEqual({
      state: "read",
      value: [{ hub: "primary", user: "admin", contexts: ["east", "north"] }],
    });
  });

  test("are not looked at where the old hub is declared down", async () => {
    expect(await sharedUsersOf({ files: { secondary: "/nowhere/b" }, params, setting })).toEqual({
      state: "declared-down",
    });
  });
});
