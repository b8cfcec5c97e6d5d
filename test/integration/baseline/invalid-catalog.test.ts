import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { addAsset, type Checkout, copyCheckout } from "../../support/baseline/checkout.ts";
import { copyProgram } from "../../support/baseline/copied-program.ts";
import { type Ended, runProgram } from "../program/start-program.ts";
import { CountingServer } from "./support/counting-server.ts";

const catalog = "assets/baseline/catalog.yaml";
const swap =
  "apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nmetadata:\n  name: 90-worker-swap-online\n";
const buried = `apiVersion: machineconfiguration.openshift.io/v1
kind: MachineConfig
metadata:
  name: 90-worker-swap-online
  labels:
    platform.kubevirt.io/managed-by: virt-platform-autopilot
`;

type Spoil = (checkout: Checkout) => Promise<void>;

async function edit(checkout: Checkout, from: string | RegExp, to: string): Promise<void> {
  const text = await checkout.read(catalog);
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  await checkout.write(catalog, changed);
}

const invalid: readonly (readonly [string, Spoil, string, string])[] = [
  [
    "has a name twice",
    (checkout) => edit(checkout, "- name: psi-enable\n", "- name: swap-enable\n"),
    "BASE-CAT-01",
    "two assets are named swap-enable",
  ],
  [
    "has an opt-in asset without condition",
    async (checkout) => {
      await addAsset(
        checkout,
        "nmstate",
        "apiVersion: nmstate.io/v1\nkind: NMState\nmetadata:\n  name: nmstate\n",
        "NMState",
      );
      await edit(checkout, /(path: operators\/nmstate\.yaml\n {4}phase: 1\n {4}install: )always/, "$1opt-in");
    },
    "BASE-CAT-01",
    "nmstate is opt-in and has no condition to opt in by",
  ],
  [
    "has two assets that render one object",
    (checkout) => addAsset(checkout, "swap-again", swap, "MachineConfig"),
    "BASE-CAT-03",
    "swap-enable and swap-again render the same object, MachineConfig 90-worker-swap-online",
  ],
  [
    "buries what it renders",
    (checkout) => checkout.write("assets/baseline/tombstones/swap.yaml", buried),
    "BASE-CAT-03",
    "swap-enable: MachineConfig 90-worker-swap-online is a tombstone",
  ],
];

describe("a catalog that", () => {
  let server: CountingServer;
  let checkout: Checkout;

  beforeAll(async () => {
    server = await CountingServer.start();
  });
  afterAll(() => server?.stop());

  beforeEach(async () => {
    server.forget();
    checkout = await copyCheckout();
  });
  afterEach(() => checkout.remove());

  /** A program that ships the assets of the checkout. */
  async function run(name: string, ...flags: readonly string[]): Promise<Ended> {
    const program = await copyProgram(checkout);
    const output = join(checkout.folder, "output");
    await mkdir(output);
    const args = ["baseline", name, "--workspace", `output=${output}`, ...flags];
    return await runProgram(args, { program, environment: { KUBECONFIG: server.kubeconfig } });
  }

  test("is valid is asked for in the cluster", async () => {
    const { code } = await run("reconcile");
    expect(code).toBe(5);
    expect(server.asked).toContain(
      "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/hyperconvergeds.hco.kubevirt.io",
    );
  });

  test.each(invalid)("B-12-84 D11 %s lets no run begin, and no cluster is asked", async (_given, spoil, id, why) => {
    await spoil(checkout);
    const { code, stderr } = await run("reconcile");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(id) });
    expect(stderr).toContain(why);
    expect([server.connections, server.asked]).toEqual([0, []]);
  });

  test.each([
    ["render", []],
    ["inspect", []],
    ["resume", ["--resource", "all"]],
  ])(
    "B-12-84 D11 has two assets that render one object is refused by %s, and no cluster is asked",
    async (name, flags) => {
      await addAsset(checkout, "swap-again", swap, "MachineConfig");
      const { code, stderr } = await run(name, ...flags);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("BASE-CAT-03") });
      expect([server.connections, server.asked]).toEqual([0, []]);
    },
  );
});
