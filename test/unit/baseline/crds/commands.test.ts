import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { FetchUpstream } from "../../../../steps/baseline/crds/fetch-collection.ts";
import { type CrdSource, crdSources } from "../../../../steps/baseline/crds/sources.ts";
import { fileUrl, gitHub } from "../../../../steps/baseline/crds/upstream-addresses.ts";
import { type CollectionSources, runUpdateCrds } from "../../../../steps/baseline/update-crds/run-update-crds.ts";
import { updateCrds } from "../../../../steps/baseline/update-crds.ts";
import { runVerifyCrds } from "../../../../steps/baseline/verify-crds/run-verify-crds.ts";
import { verifyCrds } from "../../../../steps/baseline/verify-crds.ts";
import { type Checkout, copyCheckout } from "../../../support/baseline/checkout.ts";
import { bytes, crdText, sourceOf } from "../support/crd-files.ts";
import { runCommand } from "../support/run-command.ts";

const lock = "crds.lock.json";
const [thing, node] = [sourceOf("Thing"), sourceOf("Node")];

let checkout: Checkout;
let collection: string;
beforeEach(async () => {
  checkout = await copyCheckout();
  collection = await mkdtemp(join(tmpdir(), "fairlead-crds-"));
});
afterEach(async () => {
  await checkout.remove();
  await rm(collection, { recursive: true });
});

/** A network with these files, and with no word of commits. */
function network(files: Readonly<Record<string, string>>): FetchUpstream {
  return async (url) => {
    const text = files[url];
    return text === undefined ? { status: 404, body: bytes("") } : { status: 200, body: bytes(text) };
  };
}

const at = (source: CrdSource): string => fileUrl(source, undefined, gitHub);
const both = { [at(thing)]: crdText("Thing"), [at(node)]: crdText("Node") };
const upstream = (files: Readonly<Record<string, string>>, sources = [thing, node]): CollectionSources => ({
  sources,
  fetch: network(files),
});

function update(from: CollectionSources, ...more: readonly string[]) {
  const declaration = {
    ...updateCrds,
    run: (context: Parameters<typeof updateCrds.run>[0]) => runUpdateCrds(context, from),
  };
  return runCommand(declaration, ["--folder", checkout.folder, ...more], { CRDS_DIR: collection });
}

function verify(from: CollectionSources, ...more: readonly string[]) {
  const declaration = {
    ...verifyCrds,
    run: (context: Parameters<typeof verifyCrds.run>[0]) => runVerifyCrds(context, from),
  };
  return runCommand(declaration, ["--folder", checkout.folder, ...more], { CRDS_DIR: collection });
}

const read = (file: string): Promise<string> => readFile(join(collection, file), "utf8");

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(collection, file)), { recursive: true });
  await writeFile(join(collection, file), text);
}

describe("an update of the CRD collection", () => {
  test("D34 keeps the files outside of the repository, and their lock within", async () => {
    expect((await update(upstream(both))).code).toBe(0);
    expect(await read(thing.file)).toBe(crdText("Thing"));
    expect(await read("README.md")).toContain("`kubevirt/nodes.yaml`");
    expect(JSON.parse(await checkout.read(lock)).files.map(({ file }: { readonly file: string }) => file)).toEqual([
      "kubevirt/nodes.yaml",
      "kubevirt/things.yaml",
    ]);
    expect(await readdir(checkout.folder)).not.toContain("kubevirt");
  });

  test("is refused within the repository", async () => {
    const { code, stderr } = await update(upstream(both), "--crds", join(checkout.folder, "crds"));
    expect(code).toBe(2);
    expect(stderr).toContain("BASE-CRD-02");
    expect(await readdir(checkout.folder)).not.toContain("crds");
  });

  test("writes nothing in a dry run, and tells what it would", async () => {
    const { code, stdout } = await update(upstream(both), "--dry-run", "true");
    expect(code).toBe(0);
    expect(stdout).toContain("kubevirt/things.yaml: added");
    expect(await readdir(collection)).toEqual([]);
  });

  test("removes what it has no source for any more, and nothing of others", async () => {
    await update(upstream(both));
    await write("acm/theirs.yaml", "a: 1\n");
    const { code, stdout } = await update(upstream(both, [thing]));
    expect(code).toBe(0);
    expect(stdout).toContain("kubevirt/nodes.yaml: removed");
    expect(await readdir(join(collection, "kubevirt"))).toEqual(["things.yaml"]);
    expect(await read("acm/theirs.yaml")).toBe("a: 1\n");
  });

  test("fails for a file that is missing and cannot be had; the others are there", async () => {
    const { code, stderr } = await update(upstream({ [at(thing)]: crdText("Thing") }));
    expect(code).toBe(1);
    expect(stderr).toContain("kubevirt/nodes.yaml: missing: its source answered 404");
    expect(await read(thing.file)).toBe(crdText("Thing"));
  });

  test("leaves no lock of nothing where no source can be reached", async () => {
    expect((await update(upstream({}))).code).toBe(1);
    expect(await readdir(checkout.folder)).not.toContain(lock);
  });

  test("needs a folder", async () => {
    const { code, stderr } = await runCommand(updateCrds, ["--folder", checkout.folder]);
    expect(code).toBe(2);
    expect(stderr).toContain("give --crds <folder>, outside of the repository");
  });
});

describe("a check of the CRD collection", () => {
  const unreachable = upstream({});

  test("B-12-80 D34 offline: one byte more in a file is a difference, and the file is named", async () => {
    await update(upstream(both));
    expect((await verify(unreachable)).code).toBe(0);
    await write(node.file, `${crdText("Node")} `);
    const { code, stdout, stderr } = await verify(unreachable);
    expect(code).toBe(4);
    expect(stdout).toMatch(/^kubevirt\/nodes\.yaml: out of sync: its sha256 is /);
    expect(stdout).not.toContain("things.yaml");
    expect(stderr).toContain("BASE-VER-03");
  });

  test("D34 without a lock is a difference", async () => {
    await write(thing.file, crdText("Thing"));
    const { code, stdout } = await verify(unreachable);
    expect([code, stdout]).toEqual([4, "crds.lock.json: missing: the checkout has no lock\n"]);
  });

  test("D34 takes no moved branch for a difference, unless it is asked for what the sources have now", async () => {
    await update(upstream(both));
    const moved = upstream({ ...both, [at(node)]: crdText("Node", { scope: "Cluster" }) });
    expect((await verify(moved)).code).toBe(0);
    const online = await verify(moved, "--online", "true");
    expect(online.code).toBe(4);
    expect(online.stderr).toContain("the CRD collection is not what its sources have now");
  });

  test("online passes, with a warning, over a source that cannot be reached", async () => {
    await update(upstream(both));
    const { code, stderr } = await verify(upstream({ [at(thing)]: crdText("Thing") }), "--online", "true");
    expect(code).toBe(0);
    expect(stderr).toContain("kubevirt/nodes.yaml: not verifiable: its source answered 404");
    expect(stderr).toContain("1 CRDs are those that their sources have now, 1 could not be compared");
  });

  test("refuses a lock that is none", async () => {
    await checkout.write(lock, "{}");
    const { code, stderr } = await verify(unreachable);
    expect(code).toBe(2);
    expect(stderr).toContain("BASE-CRD-03");
  });
});

describe("assets beside the CRD collection", () => {
  const plugins = sourceOf("UIPlugin");
  const pluginCrd = (properties: object): string =>
    crdText(
      "UIPlugin",
      {
        group: "observability.openshift.io",
        names: { kind: "UIPlugin", plural: "uiplugins" },
        scope: "Cluster",
        versions: [
          {
            name: "v1alpha1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } } },
          },
        ],
      },
      { metadata: { name: "uiplugins.observability.openshift.io" } },
    );
  const anything = () => ({ "x-kubernetes-preserve-unknown-fields": true });

  test("with a field that no CRD declares are a difference, by asset and field", async () => {
    const sources = upstream({ [at(plugins)]: pluginCrd({ type: { type: "string" }, logging: anything() }) }, [
      plugins,
    ]);
    await update(sources);
    const { code, stdout, stderr } = await verify(sources);
    expect(code).toBe(4);
    expect(stdout).toContain("monitoring-ui-plugin: /spec/monitoring is not declared by the CRD");
    expect(stderr).toContain("BASE-VER-04");
  });

  test("whose fields are all declared are none", async () => {
    const all = {
      type: { type: "string" },
      logging: anything(),
      monitoring: anything(),
      troubleshootingPanel: anything(),
    };
    const sources = upstream({ [at(plugins)]: pluginCrd(all) }, [plugins]);
    await update(sources);
    expect((await verify(sources)).code).toBe(0);
  });
});

test("the collection has no two files of one place", () => {
  const files = crdSources.map(({ file }) => file);
  expect(files).toEqual([...new Set(files)]);
});
