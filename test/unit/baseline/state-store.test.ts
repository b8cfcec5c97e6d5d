import { beforeAll, expect, test } from "@jest/globals";
import { baselineStateSchema } from "../../../steps/baseline/state/baseline-state.schema.ts";
import { type BaselineState, emptyState } from "../../../steps/baseline/state/baseline-state.ts";
import { StateStore } from "../../../steps/baseline/state/state-store.ts";
import type { KubeClient, KubeObject } from "../../../steps/lib/kube/types.ts";
import { compileValidator } from "../../../steps/lib/schema/compile-validator.ts";
import type { SchemaValidator } from "../../../steps/lib/schema/validator.ts";
import { kubeError } from "../lib/kube/fixtures.ts";

interface StateMap extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

/** A server with one ConfigMap. As an API server does, it makes a new version only of what differs. */
class Server {
  kept: StateMap | undefined;
  /** What becomes of the answer to the next write, which is carried out all the same. */
  lose: (() => unknown) | undefined;
  #version = 0;

  readonly client = {
    find: async () => this.kept,
    create: async (_resource: unknown, body: StateMap) => {
      if (this.kept !== undefined) throw kubeError("AlreadyExists", {}, "create");
      return this.#keep(body);
    },
    replace: async (_resource: unknown, body: StateMap) => {
      if (this.kept === undefined) throw kubeError("NotFound", {}, "update");
      if (body.metadata.resourceVersion !== this.kept.metadata.resourceVersion)
        throw kubeError("Conflict", {}, "update");
      return this.#keep(body);
    },
  } as unknown as KubeClient; // nothing else is asked of it

  #keep({ metadata, data }: StateMap): StateMap {
    if (JSON.stringify(data) !== JSON.stringify(this.kept?.data)) {
      this.#version += 1;
      this.kept = { metadata: { ...metadata, resourceVersion: String(this.#version) }, data };
    }
    const { lose } = this;
    this.lose = undefined;
    if (lose !== undefined) throw lose();
    return this.kept as StateMap; // it was kept just now, or before
  }
}

const options = { signal: new AbortController().signal };
const after = (id: string): BaselineState => ({
  ...emptyState,
  lastRun: { id, startedAt: 1, finishedAt: 2, outcome: "ok" },
});

let validate: SchemaValidator;
beforeAll(async () => {
  validate = await compileValidator(baselineStateSchema);
});

async function openStore(server: Server, writer: string): Promise<StateStore> {
  const store = new StateStore(server.client, "openshift-cnv", validate, writer);
  await store.read(options);
  return store;
}

test.each([
  ["a run that was told to stop in the middle of a write", () => new Error("terminated")],
  ["a run whose server was gone for long", () => kubeError("Timeout", {}, "update")],
])("%s stores its state: what it meets is its own", async (_who, lost) => {
  const server = new Server();
  const store = await openStore(server, "run-1");
  await store.write(after("begun"), options);
  server.lose = lost;
  await expect(store.write(after("half way"), options)).rejects.toThrow();
  await store.write(after("ended"), options);
  expect(JSON.parse(server.kept?.data["state.json"] ?? "")).toEqual(after("ended"));
});

test("a first state whose answer was lost is found again, too", async () => {
  const server = new Server();
  const store = await openStore(server, "run-1");
  server.lose = () => new Error("terminated");
  await expect(store.write(after("begun"), options)).rejects.toThrow("terminated");
  await store.write(after("ended"), options);
  expect(JSON.parse(server.kept?.data["state.json"] ?? "")).toEqual(after("ended"));
});

test("B-12-81 what another run has stored meanwhile stays, also where it is the same state", async () => {
  const server = new Server();
  await (await openStore(server, "run-0")).write(after("run-0"), options);
  const slept = await openStore(server, "run-1");
  await (await openStore(server, "run-2")).write(after("run-0"), options);
  await expect(slept.write(after("run-1"), options)).rejects.toMatchObject({ reason: "Conflict" });
  expect(JSON.parse(server.kept?.data["state.json"] ?? "")).toEqual(after("run-0"));
});
