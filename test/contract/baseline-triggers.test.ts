import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import jsonPatch, { type Operation } from "fast-json-patch";
import { parse } from "yaml";
import { places } from "../../steps/baseline/checkout/places.ts";
import { entries, type Manifest, type Named, objectsOf, root } from "./support/manifests.ts";

const folder = "triggers/baseline";
const listeners = objectsOf("EventListener", folder);
const bindings = new Map(objectsOf("TriggerBinding", folder).map((binding) => [binding.metadata.name, binding]));
const templates = new Map(objectsOf("TriggerTemplate", folder).map((template) => [template.metadata.name, template]));
const triggers = listeners.flatMap((listener) =>
  entries(listener.spec, "triggers").map((trigger) => [`${listener.metadata.name} ${trigger.name}`, trigger] as const),
);

interface Interceptor {
  readonly params: readonly Named[];
}

/** The CEL filter of a trigger, and what it makes beside the body. */
function celOf(trigger: Named): { readonly filter: string; readonly overlays: ReadonlyMap<string, string> } {
  const params = (trigger["interceptors"] as readonly Interceptor[]).flatMap((interceptor) => interceptor.params);
  const overlays = params.find(({ name }) => name === "overlays")?.["value"] ?? [];
  return {
    filter: String(params.find(({ name }) => name === "filter")?.["value"]),
    overlays: new Map(
      (overlays as readonly { readonly key: string; readonly expression: string }[]).map(({ key, expression }) => [
        key,
        expression,
      ]),
    ),
  };
}

function boundParams(trigger: Named): readonly Named[] {
  return entries(trigger, "bindings").flatMap(({ ref }) => entries(bindings.get(String(ref))?.spec, "params"));
}

/** Whether the filter lets only values of a pattern or a list through: `body.after.matches('^…$')`, `body.dryRun in [`. */
function isHeld(filter: string, field: string): boolean {
  const source = field.startsWith("header.") ? `header.canonical('${field.slice("header.".length)}')` : field;
  return filter.includes(`${source}.matches('^`) || filter.includes(`${source} in [`);
}

/** Fields of the body that an expression is made from. */
function fieldsOf(expression: string): readonly string[] {
  return [...new Set(expression.match(/body(?:\.[A-Za-z_]+)+/g) ?? [])];
}

describe.each(triggers)("trigger %s", (_name, trigger) => {
  const { filter, overlays } = celOf(trigger);
  const bound = boundParams(trigger);

  test("lets nothing of an event into a run that its filter does not hold to a pattern or a list", () => {
    const references = bound.flatMap(({ value }) =>
      [...String(value).matchAll(/\$\(([^)]+)\)/g)].map(([, path = ""]) => path),
    );
    const sources = references.flatMap((path) =>
      path.startsWith("extensions.") ? fieldsOf(overlays.get(path.slice("extensions.".length)) ?? "") : [path],
    );
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((source) => !isHeld(filter, source))).toEqual([]);
  });

  test("takes a value whole or not at all: each of its patterns is anchored at both ends", () => {
    const patterns = [...filter.matchAll(/(\S+)\.matches\('([^']+)'\)/g)].filter(([, field]) => field !== "file");
    expect(patterns.length).toBeGreaterThan(0);
    expect(patterns.map(([, , pattern]) => pattern).filter((pattern) => !/^\^.*\$$/.test(pattern ?? ""))).toEqual([]);
    expect(filter).not.toContain("$(");
  });

  test("gives the run no URL and no path but the installer's", () => {
    const installers = ["repository", "folder", "hco-file", "context-file", "allow-plain-http"];
    const fromEvents = bound.filter(({ name, value }) => installers.includes(name) && String(value).includes("$("));
    expect(fromEvents).toEqual([]);
  });
});

describe("the listener baseline-manual", () => {
  const manual = triggers.filter(([name]) => name.startsWith("baseline-manual")).map(([, trigger]) => trigger);

  test.each(manual.map((trigger) => [trigger.name, trigger] as const))(
    "starts %s only where the body asks for that, and has no other field than those that it knows",
    (operation, trigger) => {
      const { filter } = celOf(trigger);
      expect(filter).toContain(`body.operation == '${operation}'`);
      const known = /body\.all\(field, field in \[([^\]]+)\]\)/.exec(filter)?.[1] ?? "";
      const fields = known.split(", ").map((name) => `body.${name.slice(1, -1)}`);
      const used = fieldsOf(filter).filter((field) => !/^body\.(all|size)$/.test(field));
      expect(
        used.map((field) => field.replace(/\.(matches|size)$/, "")).filter((field) => !fields.includes(field)),
      ).toEqual([]);
      expect(fields).toEqual(expect.arrayContaining(["body.operation", "body.requestId", "body.issuedAt"]));
    },
  );

  test("has a trigger for each operation that a POST may ask for", () => {
    expect(manual.map(({ name }) => name).toSorted()).toEqual(["inspect", "reconcile", "render", "resume"]);
  });

  test("has every run refuse a request that is old, and name itself by the request", () => {
    for (const trigger of manual) {
      const template = templates.get((trigger["template"] as { readonly ref: string }).ref);
      const [run] = (template?.spec["resourcetemplates"] ?? []) as readonly Manifest[];
      expect(entries(run?.spec, "params")).toContainEqual({ name: "issued-at", value: "$(tt.params.issued-at)" });
      expect(run?.metadata.name).toMatch(/-\$\(tt\.params\.run-id\)$/);
    }
  });
});

describe("the listener baseline-events", () => {
  const pushes = triggers.filter(([name]) => /^baseline-events (push|default-branch)$/.test(name));
  const { params = [] } = (bindings.get("baseline-repository")?.spec ?? {}) as { readonly params?: readonly Named[] };
  const hcoFile = String(params.find(({ name }) => name === "hco-file")?.["value"]);
  const decisive = [
    places.clusterRole,
    places.watchRole,
    places.featureDocument,
    places.featureTable,
    places.crdLock,
    hcoFile,
  ];

  test.each(pushes)("%s counts a push that touches what decides the baseline, and no other", (_name, trigger) => {
    const pattern = /file\.matches\('([^']+)'\)/.exec(celOf(trigger).filter)?.[1] ?? "";
    // CEL reads two backslashes of a string as one.
    const touches = new RegExp(pattern.replaceAll("\\\\", "\\"));
    expect(decisive.filter((path) => !touches.test(path))).toEqual([]);
    expect(touches.test(`${places.assets}/active/swap/machine-config.yaml`)).toBe(true);
    expect(
      ["README.md", "docs/baseline/README.md", "other/baseline/x.yaml", "crds.lock.json.orig"].filter((path) =>
        touches.test(path),
      ),
    ).toEqual([]);
  });

  test("is open to two pushes that are told apart by their branch, so that one starts one run", () => {
    const [other, usual] = pushes.map(([, trigger]) => celOf(trigger).filter);
    expect(usual).toBe(other?.replace("body.ref != 'refs/heads/'", "body.ref == 'refs/heads/'"));
  });

  test("has the check of a pull request run without any right", () => {
    const [account] = objectsOf("ServiceAccount", folder).filter(({ metadata }) => metadata.name === "baseline-check");
    expect(account).toMatchObject({ automountServiceAccountToken: false });
    const subjects = [
      ...objectsOf("RoleBinding", "triggers", "rbac"),
      ...objectsOf("ClusterRoleBinding", "triggers", "rbac"),
    ];
    expect(JSON.stringify(subjects)).not.toContain('"baseline-check"');
  });

  test("has documented triggers for a rotation that differ from the others in their names and their Secret only", () => {
    const documented = readFileSync(join(root, "docs/baseline/listeners.md"), "utf8");
    const patch: Operation[] = JSON.parse(/--patch='(\[.*?\])'/s.exec(documented)?.[1] ?? "[]");
    const events = listeners.find(({ metadata }) => metadata.name === "baseline-events");
    const before = entries(events?.spec, "triggers");
    const after = entries(jsonPatch.applyPatch(structuredClone(events), patch).newDocument?.spec, "triggers");
    const expected = before.map((trigger) => JSON.stringify({ ...trigger, name: `${trigger.name}-next` }));
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length).map((trigger) => JSON.stringify(trigger))).toEqual(
      expected.map((text) => text.replace('"baseline-webhook"', '"baseline-webhook-next"')),
    );
  });

  test("reconciles after a push to the default branch where the installer applies reconcile-on-push, and differs in nothing else", () => {
    const [patched] = parse(readFileSync(join(root, folder, "reconcile-on-push/kustomization.yaml"), "utf8")).patches;
    const events = listeners.find(({ metadata }) => metadata.name === patched.target.name);
    const changed = jsonPatch.applyPatch(structuredClone(events), parse(patched.patch), true).newDocument;
    const before = entries(events?.spec, "triggers");
    const after = entries(changed?.spec, "triggers");
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[2]).toEqual({
      ...before[2],
      bindings: [{ ref: "baseline-push-reconcile" }],
      template: { ref: "baseline-reconcile" },
    });
    const given = after.slice(2).flatMap(boundParams);
    expect(given.map(({ name }) => name)).toEqual(["run-id", "started-by", "dry-run"]);
    expect(given).toContainEqual({ name: "dry-run", value: "false" });
  });
});
