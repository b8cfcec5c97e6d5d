import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "@jest/globals";
import jsonPatch, { type Operation } from "fast-json-patch";
import { parse } from "yaml";
import { areas, maximumObjects } from "../../images/build/area-manifests.ts";
import { entries, type Manifest, manifestsBelow, type Named, objectsOf, root, seconds } from "./support/manifests.ts";

const tasks = new Map(objectsOf("Task", "tasks").map((task) => [task.metadata.name, task]));
const pipelines = objectsOf("Pipeline", "pipelines");
const pipelineRows = pipelines.map((pipeline) => [pipeline.metadata.name, pipeline] as const);
const runs = objectsOf("PipelineRun", "pipelines");

// The Pipeline's timeout holds the deadline; how a step prints is a matter of the plain command.
const withheldAlways: readonly string[] = ["deadline", "output"];
// What a Pipeline decides itself: another value would not fit its shape, or means nothing to it.
const withheldHere: Readonly<Record<string, readonly string[]>> = {
  // Its checkouts are where the first of its Tasks leaves them, on a volume that it has for itself; pods have no host.
  "baseline-check": ["allow-loopback", "crds", "online", "upstream-commits", "upstream-files"],
  // The Secret of the workspace has one context.
  "baseline-inspect": ["context"],
  "baseline-reconcile": ["context"],
  "baseline-render": ["context"],
  "baseline-resume": ["context"],
  // Its kubeconfigs come one by one, each with its current context.
  "switchover-discover": ["contexts"],
  // The fleet goes back to the old hub: without it there is no rollback.
  "switchover-rollback": ["primary-unreachable"],
  // A validation belongs to no operation and changes nothing, so that there is nothing to plan, pause or start over.
  "switchover-validate": [
    "allow-missing-clusters",
    "allow-partial-restore",
    "approval",
    "approvers",
    "argocd-manage",
    "argocd-resume-after-switchover",
    "backup-schedule-template",
    "confirm-decommission",
    "confirm-new-hub",
    "disable-observability-on-secondary",
    "dry-run",
    "final-backup",
    "flux-manage",
    "flux-resume-after-switchover",
    "force",
    "max-unavailable",
    "min-managed-clusters",
    "old-hub-action",
    "operation-id",
    "pause-observatorium-api",
    "pin-backup",
    "plan-digest",
    "reset-state",
    "server-dry-run",
    "strict-observability",
  ],
};
// Templates whose runs get another account than that of their area's runner, and why is said there.
const accounts: Readonly<Record<string, string>> = { "baseline-check": "baseline-check" };
const approvalTask = { apiVersion: "openshift-pipelines.org/v1alpha1", kind: "ApprovalTask" };

// Of the namespaces whose routers and ingress controllers reach a public listener.
const routerLabel = { "policy-group.network.openshift.io/ingress": "" };

// Tasks of a Pipeline in the order of the file, `finally` last.
function pipelineTasks(pipeline: Manifest): readonly Named[] {
  return [...entries(pipeline.spec, "tasks"), ...entries(pipeline.spec, "finally")];
}

// Those that run a Task; an approval gate is a type of the cluster.
function stepTasks(pipeline: Manifest): readonly Named[] {
  return pipelineTasks(pipeline).filter((task) => !isGate(task));
}

function gates(pipeline: Manifest): readonly Named[] {
  return pipelineTasks(pipeline).filter(isGate);
}

function isGate(pipelineTask: Named): boolean {
  return "kind" in (pipelineTask["taskRef"] as object);
}

// Values of an `in` condition on this input; `undefined` where there is none.
function onlyWhen(pipelineTask: Named, input: string): unknown {
  const conditions = (pipelineTask["when"] ?? []) as readonly Readonly<Record<string, unknown>>[];
  return conditions.find((condition) => condition["input"] === input && condition["operator"] === "in")?.["values"];
}

function taskOf(pipelineTask: Named): Manifest {
  const name = (pipelineTask["taskRef"] as { readonly name: string }).name;
  const task = tasks.get(name);
  if (task === undefined) {
    throw new Error(`there is no Task "${name}"`);
  }
  return task;
}

function names(list: readonly Named[]): readonly string[] {
  return list.map((entry) => entry.name);
}

function pipelineName(run: Manifest | undefined): string {
  const reference = run?.spec["pipelineRef"];
  return typeof reference === "object" && reference !== null && "name" in reference ? String(reference.name) : "";
}

function defaultOf(params: readonly Named[], name: string): unknown {
  return params.find((param) => param.name === name)?.["default"];
}

describe("every manifest file", () => {
  test.each(
    [...manifestsBelow("pipelines"), ...manifestsBelow("triggers"), ...manifestsBelow("tasks")].map(
      (file) => [file.path, file] as const,
    ),
  )("%s holds one object, its keys in the usual order", (_path, file) => {
    expect(file.documents).toHaveLength(1);
    const order = ["apiVersion", "kind", "metadata", "spec"];
    const keys = Object.keys(file.documents[0] ?? {}).filter((key) => order.includes(key));
    expect(keys).toEqual(order.filter((key) => keys.includes(key)));
  });
});

describe.each(pipelineRows)("Pipeline %s", (_name, pipeline) => {
  const own = entries(pipeline.spec, "params");

  test("every task exists and gets each parameter that has no default", () => {
    for (const pipelineTask of stepTasks(pipeline)) {
      const declared = entries(taskOf(pipelineTask).spec, "params");
      const given = names(entries(pipelineTask, "params"));
      const required = names(declared.filter((param) => !("default" in param)));
      expect({ task: pipelineTask.name, missing: required.filter((name) => !given.includes(name)) }).toEqual({
        task: pipelineTask.name,
        missing: [],
      });
      expect(given.filter((name) => !names(declared).includes(name))).toEqual([]);
    }
  });

  test("a default agrees with that of the Tasks, dry-run excepted: a click on Start must be harmless", () => {
    for (const pipelineTask of stepTasks(pipeline)) {
      const declared = entries(taskOf(pipelineTask).spec, "params");
      for (const param of entries(pipelineTask, "params")) {
        const passed = /^\$\(params\.([a-z-]+)\)$/.exec(String(param["value"]))?.[1];
        const inTask = defaultOf(declared, param.name);
        if (passed === undefined || passed === "dry-run" || inTask === undefined) {
          continue;
        }
        expect({ param: passed, default: defaultOf(own, passed) }).toEqual({ param: passed, default: inTask });
      }
    }
    const dryRun = own.find((param) => param.name === "dry-run");
    expect(dryRun?.["default"] ?? "true").toBe("true");
  });

  test("every parameter is used, and only declared ones are", () => {
    const used = new Set(
      [...JSON.stringify(pipeline.spec).matchAll(/\$\(params\.([a-z-]+)(?:\[\*\])?\)/g)].map((match) => match[1]),
    );
    expect([...used].sort()).toEqual([...names(own)].sort());
  });

  test("offers each parameter of its Tasks, but those that it decides itself", () => {
    const all = stepTasks(pipeline).flatMap((task) => names(entries(taskOf(task).spec, "params")));
    const given = stepTasks(pipeline).flatMap((task) => names(entries(task, "params")));
    const withheld = [...new Set(all)].filter((name) => !given.includes(name) && !withheldAlways.includes(name));
    expect(withheld.sort()).toEqual([...(withheldHere[pipeline.metadata.name] ?? [])].sort());
  });

  test("W-08 hands log-level to every Task, info unless told", () => {
    const handed = stepTasks(pipeline).map((task) =>
      entries(task, "params").find((param) => param.name === "log-level"),
    );
    expect(handed.map((param) => param?.["value"])).toEqual(handed.map(() => "$(params.log-level)"));
    expect(defaultOf(own, "log-level")).toBe("info");
  });

  test("every parameter and workspace stands alone in the start form", () => {
    for (const entry of [...own, ...entries(pipeline.spec, "workspaces"), ...entries(pipeline.spec, "results")]) {
      expect(`${entry.name}: ${String(entry["description"])}`).toMatch(/: .{10,}[^.]$/);
    }
  });

  test("each task runs after all that come before it, so that the console draws the real order", () => {
    const seen: string[] = [];
    for (const pipelineTask of entries(pipeline.spec, "tasks")) {
      const last = seen.at(-1);
      expect(pipelineTask["runAfter"] ?? []).toEqual(last === undefined ? [] : [last]);
      seen.push(pipelineTask.name);
    }
  });

  test("one claim at most reaches a Task: everything else is a Secret", () => {
    const declared = entries(pipeline.spec, "workspaces");
    const secrets = declared.filter((workspace) => String(workspace["description"]).startsWith("Secret with "));
    for (const pipelineTask of stepTasks(pipeline)) {
      const claims = entries(pipelineTask, "workspaces").map((workspace) => String(workspace["workspace"]));
      expect([...new Set(claims.filter((name) => !names(secrets).includes(name)))]).toEqual(
        claims.length === 0 ? [] : ["data"],
      );
    }
  });

  test("each Task's workspaces are mapped as the Task declares them", () => {
    for (const pipelineTask of stepTasks(pipeline)) {
      const declared = entries(taskOf(pipelineTask).spec, "workspaces");
      const mapped = names(entries(pipelineTask, "workspaces"));
      const required = names(declared.filter((workspace) => workspace["optional"] !== true));
      expect(required.filter((name) => !mapped.includes(name))).toEqual([]);
      expect(mapped.filter((name) => !names(declared).includes(name))).toEqual([]);
    }
  });

  test("a Task's timeout is its own deadline and two minutes, so that it stops itself first", () => {
    for (const pipelineTask of stepTasks(pipeline)) {
      const deadline = defaultOf(entries(taskOf(pipelineTask).spec, "params"), "deadline");
      expect(`${pipelineTask.name} ${seconds(pipelineTask["timeout"])}`).toBe(
        `${pipelineTask.name} ${Number(deadline) + 120}`,
      );
    }
  });

  test("W-06 a gate stands only where the run asks for one, so that a cluster without gates runs everything else", () => {
    for (const gate of gates(pipeline)) {
      expect(gate["taskRef"]).toEqual(approvalTask);
      expect({ gate: gate.name, when: onlyWhen(gate, "$(params.approval)") }).toEqual({
        gate: gate.name,
        when: ["gate"],
      });
    }
  });

  test("W-06 a gate names the digest of the plan that the next task compares, and closes only where that is not approved yet", () => {
    const all = entries(pipeline.spec, "tasks");
    for (const gate of gates(pipeline)) {
      const [from = ""] = gate["runAfter"] as readonly string[];
      const digest = `$(tasks.${from}.results.plan-digest)`;
      const given = (task: Named | undefined, name: string) =>
        entries(task, "params").find((param) => param.name === name)?.["value"];
      expect(onlyWhen(gate, `$(tasks.${from}.results.approval)`)).toEqual(["needed"]);
      expect(names(entries(gate, "params"))).toEqual(["approvers", "numberOfApprovalsRequired", "description"]);
      expect(String(given(gate, "description"))).toContain(digest);
      const next = all[all.indexOf(gate) + 1];
      expect({ next: next?.name, digest: given(next, "plan-digest") }).toEqual({ next: next?.name, digest });
      expect(next?.["runAfter"]).toEqual([gate.name]);
      expect(seconds(gate["timeout"])).toBeGreaterThanOrEqual(1800);
    }
  });

  test("W-06 no Task needs a result of one that is left out without a gate: what is skipped for want of a result spreads", () => {
    for (const task of stepTasks(pipeline)) {
      const references = [...JSON.stringify(task).matchAll(/\$\(tasks\.([a-z-]+)\.results\./g)].map(([, name]) => name);
      const origins = pipelineTasks(pipeline).filter(({ name }) => references.includes(name));
      const isGated = onlyWhen(task, "$(params.approval)") !== undefined;
      expect({ task: task.name, needs: isGated ? [] : names(origins.filter((origin) => "when" in origin)) }).toEqual({
        task: task.name,
        needs: [],
      });
      const [before] = (task["runAfter"] ?? []) as readonly string[];
      const gate = gates(pipeline).find(({ name }) => name === before);
      const origin = pipelineTasks(pipeline).find(
        ({ name }) => name === (gate?.["runAfter"] as string[] | undefined)?.[0],
      );
      expect({ task: task.name, spreads: !isGated && origin !== undefined && "when" in origin }).toEqual({
        task: task.name,
        spreads: false,
      });
    }
  });

  test("W-06 the same Task is given the same parameters with a gate as without one", () => {
    for (const task of stepTasks(pipeline).filter(({ name }) => name.endsWith("-approved"))) {
      const plain = stepTasks(pipeline).find(({ name }) => `${name}-approved` === task.name);
      const plan = stepTasks(pipeline).find(({ name }) => name === "plan");
      const shared = (one: Named | undefined, ...own: readonly string[]) => ({
        taskRef: one?.["taskRef"],
        timeout: one?.["timeout"],
        params: entries(one, "params").filter(({ name }) => !own.includes(name)),
        workspaces: one?.["workspaces"],
      });
      expect(shared(task, "plan-digest")).toEqual(shared(plain, "plan-digest"));
      expect(shared(plan, "plan-digest", "dry-run")).toEqual(shared(plain, "plan-digest", "dry-run"));
    }
  });

  test("a result comes from a task that declares it", () => {
    const references = [
      ...JSON.stringify(pipeline.spec).matchAll(/\$\((?:tasks|finally)\.([a-z-]+)\.results\.([a-z-]+)\)/g),
    ];
    for (const [, taskName = "", result = ""] of references) {
      const pipelineTask = stepTasks(pipeline).find((candidate) => candidate.name === taskName);
      const declared = pipelineTask === undefined ? [] : names(entries(taskOf(pipelineTask).spec, "results"));
      expect({ taskName, declared }).toEqual({ taskName, declared: expect.arrayContaining([result]) });
    }
  });

  // Tekton 1.15 takes text before the first reference for the name of a task, and refuses the Pipeline.
  test("a result begins with a reference", () => {
    const values = entries(pipeline.spec, "results").map(({ value }) => String(value));
    expect(values.filter((value) => !value.startsWith("$(tasks.") && !value.startsWith("$(finally."))).toEqual([]);
  });

  test("shows outcome, summary and report in the console", () => {
    expect(names(entries(pipeline.spec, "results"))).toEqual(expect.arrayContaining(["outcome", "summary", "report"]));
  });

  test("has a sample run that sets dry-run and every timeout explicitly", () => {
    const samples = runs.filter((run) => pipelineName(run) === pipeline.metadata.name);
    expect(samples.length).toBeGreaterThan(0);
    for (const sample of samples) {
      if (own.some((param) => param.name === "dry-run")) {
        expect(names(entries(sample.spec, "params"))).toContain("dry-run");
      }
      expectTimeoutsToFit(sample.spec, pipeline);
    }
  });
});

function expectTimeoutsToFit(spec: Readonly<Record<string, unknown>>, pipeline: Manifest): void {
  const timeouts = spec["timeouts"] as Readonly<Record<string, string>>;
  const sum = (list: readonly Named[]): number => list.reduce((total, task) => total + seconds(task["timeout"]), 0);
  const tasksTimeout = seconds(timeouts["tasks"]);
  const finallyTimeout = seconds(timeouts["finally"]);
  // Before Pipelines 1.13 `finally` does not run when timeouts.tasks elapses, so the Tasks must fit into it with room to start.
  expect(sum(entries(pipeline.spec, "tasks"))).toBeLessThan(tasksTimeout);
  expect(sum(entries(pipeline.spec, "finally"))).toBeLessThanOrEqual(finallyTimeout);
  expect(tasksTimeout + finallyTimeout).toBeLessThanOrEqual(seconds(timeouts["pipeline"]));
}

describe("triggers", () => {
  const templates = objectsOf("TriggerTemplate", "triggers");
  const bindings = new Map(objectsOf("TriggerBinding", "triggers").map((binding) => [binding.metadata.name, binding]));
  const listeners = objectsOf("EventListener", "triggers");

  test.each(templates.map((template) => [template.metadata.name, template] as const))(
    "TriggerTemplate %s uses each of its parameters and no other",
    (_name, template) => {
      const resources = JSON.stringify(template.spec["resourcetemplates"]);
      const used = new Set([...resources.matchAll(/\$\(tt\.params\.([a-z-]+)\)/g)].map((match) => match[1]));
      expect([...used].sort()).toEqual([...names(entries(template.spec, "params"))].sort());
    },
  );

  test.each(templates.map((template) => [template.metadata.name, template] as const))(
    "TriggerTemplate %s starts a Pipeline with known parameters, dry-run and timeouts set",
    (_name, template) => {
      const [run] = template.spec["resourcetemplates"] as readonly Manifest[];
      const pipeline = pipelines.find((candidate) => candidate.metadata.name === pipelineName(run));
      const declared = entries(pipeline?.spec, "params");
      const given = names(entries(run?.spec, "params"));
      expect(given.filter((name) => !names(declared).includes(name))).toEqual([]);
      if (names(declared).includes("dry-run")) {
        expect(given).toContain("dry-run");
      }
      const area = template.metadata.labels?.["app.kubernetes.io/part-of"];
      const account = accounts[template.metadata.name] ?? `${area}-runner`;
      expect(run?.spec["taskRunTemplate"]).toEqual({ serviceAccountName: account });
      if (run !== undefined && pipeline !== undefined) {
        expectTimeoutsToFit(run.spec, pipeline);
      }
    },
  );

  test.each(
    listeners.flatMap((listener) =>
      entries(listener.spec, "triggers").map(
        (trigger) => [`${listener.metadata.name} ${trigger.name}`, trigger] as const,
      ),
    ),
  )("trigger %s gives its template what it needs", (_name, trigger) => {
    const template = templates.find(
      (candidate) => candidate.metadata.name === (trigger["template"] as { readonly ref: string }).ref,
    );
    const given = entries(trigger, "bindings").flatMap((binding) =>
      names(entries(bindings.get(String(binding["ref"]))?.spec, "params")),
    );
    const declared = entries(template?.spec, "params");
    const required = names(declared.filter((param) => !("default" in param)));
    expect(required.filter((name) => !given.includes(name))).toEqual([]);
    expect(given.filter((name) => !names(declared).includes(name))).toEqual([]);
  });

  test("nothing starts without authentication: each trigger checks a signature or a token first", () => {
    for (const trigger of listeners.flatMap((listener) => entries(listener.spec, "triggers"))) {
      const [first] = trigger["interceptors"] as readonly Manifest[];
      expect(JSON.stringify(first)).toMatch(/secretRef|compareSecret/);
    }
  });

  test.each([
    ["switchover-events", "switchover-validate"],
    ["baseline-events", "baseline-check"],
  ])("an event of the git host that reaches %s starts nothing but %s", (name, checks) => {
    const events = listeners.find((listener) => listener.metadata.name === name);
    const started = entries(events?.spec, "triggers").map(
      (trigger) => (trigger["template"] as { readonly ref: string }).ref,
    );
    expect([...new Set(started)]).toEqual([checks]);
  });

  test.each(["switchover", "switchover-pair"])(
    "W-09 W-19 TriggerTemplate %s binds the Secrets of notices and of the audit key where they exist",
    (name) => {
      const template = templates.find((candidate) => candidate.metadata.name === name);
      const [run] = (template?.spec["resourcetemplates"] ?? []) as readonly Manifest[];
      const optional = entries(run?.spec, "workspaces").filter(({ name: workspace }) =>
        ["notifications", "audit-key"].includes(workspace),
      );
      expect(optional).toEqual([
        { name: "notifications", secret: { secretName: "switchover-notifications", optional: true } },
        { name: "audit-key", secret: { secretName: "switchover-audit-key", optional: true } },
      ]);
    },
  );

  test("a decommission is confirmed by nothing but the POST whose token was checked", () => {
    const confirmed = (object: Manifest) => JSON.stringify(object).includes("confirm-decommission");
    expect(templates.filter(confirmed).map(({ metadata }) => metadata.name)).toEqual(["switchover"]);
    expect([...bindings.values()].filter(confirmed).map(({ metadata }) => metadata.name)).toEqual([
      "switchover-manual",
    ]);
  });

  const fromRouter = [{ podSelector: {}, namespaceSelector: { matchLabels: routerLabel } }, { podSelector: {} }];
  test.each([
    ["baseline-events", fromRouter],
    ["baseline-manual", [{ podSelector: {} }]],
    ["switchover-events", fromRouter],
    ["switchover-manual", [{ podSelector: {} }]],
  ])("listener %s is reached on its own port only, and by nobody else", (name, from) => {
    const policies = objectsOf("NetworkPolicy", "triggers").filter(
      ({ spec }) => JSON.stringify(spec["podSelector"]) === JSON.stringify({ matchLabels: { eventlistener: name } }),
    );
    expect(policies.map(({ spec }) => [spec["policyTypes"], spec["ingress"]])).toEqual([
      [["Ingress"], [{ from, ports: [{ port: 8080 }, { port: 8443 }] }]],
    ]);
  });

  test("no listener is without a network policy, and the installation leaves out no file", () => {
    const selected = objectsOf("NetworkPolicy", "triggers").map(({ metadata }) => metadata.name);
    expect(selected.toSorted()).toEqual(listeners.map(({ metadata }) => metadata.name).toSorted());
    const folder = "triggers/switchover";
    const installed: unknown = parse(readFileSync(join(root, folder, "kustomization.yaml"), "utf8")).resources;
    expect(installed).toEqual(manifestsBelow(folder).map(({ path }) => relative(folder, path)));
  });

  test("the documented second trigger of a rotation differs from the first in its name and its Secret only", () => {
    const documented = readFileSync(join(root, "docs/switchover/listeners.md"), "utf8");
    const patch: Operation[] = JSON.parse(/--patch='(\[.*?\])'/s.exec(documented)?.[1] ?? "[]");
    const events = listeners.find(({ metadata }) => metadata.name === "switchover-events");
    const [first, second] = entries(jsonPatch.applyPatch(structuredClone(events), patch).newDocument?.spec, "triggers");
    const expected = JSON.stringify({ ...first, name: "push-next" });
    expect(JSON.stringify(second)).toBe(expected.replace('"switchover-webhook"', '"switchover-webhook-next"'));
  });

  test("the Authorization header is never bound", () => {
    expect([...bindings.values()].map((binding) => JSON.stringify(binding)).join()).not.toMatch(/authorization/i);
  });
});

test.each(await areas())("no bundle of %s comes near Tekton's limit of 20 objects", (area) => {
  expect(objectsOf("Task", `tasks/${area}`).length).toBeLessThanOrEqual(maximumObjects);
  expect(objectsOf("Pipeline", `pipelines/${area}`).length).toBeLessThanOrEqual(maximumObjects);
});
