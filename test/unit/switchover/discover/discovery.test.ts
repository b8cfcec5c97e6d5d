import { describe, expect, test } from "@jest/globals";
import { findContested } from "../../../../steps/switchover/discover/contested-clusters.ts";
import { describeHub } from "../../../../steps/switchover/discover/describe-hub.ts";
import { discoveryNotes, discoveryOf, discoveryTable } from "../../../../steps/switchover/discover/discovery.ts";
import type { FleetMember, HubSnapshot } from "../../../../steps/switchover/discover/observe-hub.ts";
import type { Probe } from "../../../../steps/switchover/discover/probe.ts";
import { propose } from "../../../../steps/switchover/discover/propose.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";

const schedule = { metadata: { name: "s" }, spec: { veleroSchedule: "@daily" }, status: { phase: "Enabled" } };
const passive = {
  metadata: { name: "restore-acm-passive-sync" },
  spec: {
    veleroManagedClustersBackupName: "skip",
    veleroCredentialsBackupName: "latest",
    veleroResourcesBackupName: "latest",
    cleanupBeforeRestore: "CleanupRestored",
    syncRestoreWithNewBackups: true,
  },
  status: { phase: "Enabled" },
};
const activation = {
  ...passive,
  metadata: { name: "restore-acm-activate" },
  spec: { ...passive.spec, syncRestoreWithNewBackups: false },
  status: { phase: "Finished" },
};

const empty: HubSnapshot = {
  id: read("id"),
  openShiftVersion: read("4.18.1"),
  acmVersion: read("2.14.0"),
  schedules: read([]),
  restores: read([]),
  storage: read([]),
  fleet: read([]),
};

type HubProbe = Probe & { readonly state: "hub" };

function hub(name: string, snapshot: Partial<HubSnapshot>, kubeconfig = "/home/ada/.kube/config"): HubProbe {
  const used = { kubeconfig, context: name };
  return {
    state: "hub",
    server: `https://${name}:6443`,
    contexts: [used],
    used,
    kubernetesVersion: "v1.31.0",
    snapshot: { ...empty, ...snapshot },
  };
}

const primary = hub("east", { schedules: read([schedule]) });
const secondary = hub("west", { restores: read([passive]) });
const renewed = hub("north", { restores: read([activation]) });
const former = hub("south", {
  schedules: read([{ ...schedule, status: { phase: "Paused" } }]),
  restores: read([activation]),
});

const proposed = (...probes: readonly HubProbe[]) => propose(probes.map(describeHub));

describe("the proposal", () => {
  test("is a preflight of the primary and the secondary", () => {
    expect(proposed(secondary, primary)).toEqual({
      operation: "preflight",
      hubs: { old: "https://east:6443", new: "https://west:6443" },
      command:
        "KUBECONFIG=/home/ada/.kube/config fairlead switchover preflight --method passive --primary-context east --secondary-context west",
    });
  });

  test("is a postflight of the new primary and the old one", () => {
    expect(proposed(renewed, former)).toMatchObject({
      operation: "postflight",
      command: expect.stringMatching(/postflight --primary-context south --secondary-context north$/),
    });
  });

  test("is a postflight of the new primary alone where the old one is not known", () => {
    expect(proposed(renewed)).toMatchObject({
      operation: "postflight",
      hubs: { old: "", new: "https://north:6443" },
    });
  });

  test("names mounted kubeconfigs as workspaces", () => {
    const mounted = [
      hub("east", { schedules: read([schedule]) }, "/workspace/p/kubeconfig"),
      hub("west", { restores: read([passive]) }, "/workspace/s/kubeconfig"),
    ];
    expect(proposed(...mounted)).toMatchObject({
      command:
        "fairlead switchover preflight --method passive --primary-context east --workspace primary-kubeconfig=/workspace/p --secondary-context west --workspace secondary-kubeconfig=/workspace/s",
    });
  });

  test.each([
    ["no context leads to a hub", []],
    ["create a passive sync", [primary]],
    ["no context leads to a primary hub", [secondary]],
    ["several primary or secondary hubs", [primary, primary, secondary]],
    ["several new primary hubs", [renewed, renewed]],
    ["no hub is clearly", [former]],
  ])("is none and says: %s", (why, probes) => {
    expect(proposed(...probes)).toEqual({ operation: "none", why: expect.stringContaining(why) });
  });
});

describe("a hub whose backups cannot be read", () => {
  const text = { id: "KUBE-04", what: "list backupschedules is forbidden", why: "the role lacks it", fix: "grant it" };
  const described = describeHub(hub("east", { schedules: { state: "unread", text } }));

  test("has no known role, and says what is missing", () => {
    expect(described.role).toBe("unknown");
    expect(described.warnings).toEqual(["list backupschedules is forbidden: the role lacks it"]);
  });
});

const member = (name: string, available: boolean): FleetMember => ({ name, available, server: "" });

test("clusters that two hubs claim as available are contested, others are not", () => {
  const probes = [
    hub("east", { fleet: read([member("c1", true), member("c2", true), member("c3", true)]) }),
    hub("west", { fleet: read([member("c1", true), member("c2", false)]) }),
  ];
  const contested = findContested(probes.map((probe) => ({ probe, client: undefined })));
  expect(contested).toEqual([{ name: "c1", hubs: ["https://east:6443", "https://west:6443"], server: "", obeys: "" }]);
});

describe("the table", () => {
  const text = { id: "KUBE-09", what: "no answer", why: "the time is over", fix: "look" };
  const lost = { kubeconfig: "k", context: "lost" };
  const discovery = discoveryOf(
    [primary, { state: "unreachable", server: "https://lost:6443", contexts: [lost], text }],
    [{ name: "c1", hubs: ["https://a", "https://b"], server: "", obeys: "https://b" }],
    0,
  );

  test("has a line for each server, with the facts of a hub", () => {
    expect(discoveryTable(discovery).rows.map((row) => row.filter((cell) => cell !== "").join(" "))).toEqual([
      "primary east https://east:6443 2.14.0 4.18.1 active none 0/0",
      "unreachable lost https://lost:6443",
    ]);
  });

  test("is followed by why a server let nobody in, who a contested cluster obeys, and what to do next", () => {
    expect(discoveryNotes(discovery)).toEqual([
      "unreachable: lost: no answer: the time is over",
      "warning: cluster c1 is available on https://a and https://b; its klusterlet obeys https://b",
      expect.stringMatching(/^nothing to propose: /),
    ]);
  });

  test("is summed up in one sentence", () => {
    expect(discovery.summary).toBe(
      "1 hub (east primary), 0 other clusters, 1 unreachable, 1 cluster claimed by two hubs",
    );
  });
});
