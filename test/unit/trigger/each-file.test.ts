import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { FairleadError } from "../../../steps/lib/errors/fairlead-error.ts";
import { readEach } from "../../../steps/trigger/each-file.ts";

describe("the file of --each", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "each-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function given(text: string): Promise<string> {
    const path = join(folder, `${Math.random()}.yaml`);
    await writeFile(path, text);
    return path;
  }

  async function why(path: string): Promise<string> {
    try {
      await readEach(path);
    } catch (error) {
      if (error instanceof FairleadError) return `${error.exitCode} ${error.text.id}: ${error.text.why}`;
      throw error;
    }
    return "accepted";
  }

  test("gives each run its own parameters and workspaces, as they are given on the command line", async () => {
    const path = await given(`
- name: emea
  params: {run-id: spring-emea, tuning: '{"clusterWait":900}'}
  workspaces: {primary-kubeconfig: "secret:emea-old"}
- name: apac
`);
    expect(await readEach(path)).toEqual([
      {
        name: "emea",
        params: ["run-id=spring-emea", 'tuning={"clusterWait":900}'],
        workspaces: ["primary-kubeconfig=secret:emea-old"],
      },
      { name: "apac", params: [], workspaces: [] },
    ]);
  });

  test("may be JSON", async () => {
    expect(await readEach(await given('[{"name":"emea"}]'))).toEqual([{ name: "emea", params: [], workspaces: [] }]);
  });

  test.each([
    ["an empty list", "[]", "the whole must NOT have fewer than 1 items"],
    ["no list", "name: emea", "the whole must be array"],
    ["a number as a parameter", "- {name: a, params: {count: 3}}", "/0/params/count must be string"],
    ["a field that nobody knows", "- {name: a, prams: {}}", "/0 must NOT have additional properties"],
    ["a name with capitals", "- {name: EMEA}", '/0/name must match pattern "^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$"'],
    ["a name that is there twice", "- {name: a}\n- {name: a}", '"a" is there twice'],
    [
      "an alias, which could grow without limit",
      "- &a {name: a}\n- *a",
      "it is not YAML: Alias resolution is disabled",
    ],
    ["what is no YAML", "- {name: ", "it is not YAML: "],
    ["more than 256 KiB", `- {name: a} #${"x".repeat(300_000)}`, "the file is too large"],
  ])("is refused with %s", async (_given, text, reason) => {
    expect(await why(await given(text))).toContain(`2 TRIG-07: ${reason}`);
  });

  test("is refused when it is not there", async () => {
    expect(await why(join(folder, "none.yaml"))).toBe("2 TRIG-07: the file is absent");
  });
});
