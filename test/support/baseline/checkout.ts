import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");
const copied = ["assets/baseline", "docs/baseline/features.md", "rbac/baseline/cluster-role.yaml"];

/** A copy of what the commands of the baseline work on, in a folder of its own. */
export interface Checkout {
  readonly folder: string;
  readonly read: (path: string) => Promise<string>;
  readonly write: (path: string, text: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** @param more further paths of the project that are copied */
export async function copyCheckout(...more: readonly string[]): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-checkout-"));
  for (const path of [...copied, ...more]) await cp(join(root, path), join(folder, path), { recursive: true });
  return {
    folder,
    read: (path) => readFile(join(folder, path), "utf8"),
    write: async (path, text) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

const catalog = "assets/baseline/catalog.yaml";

/** A checkout whose catalog has one asset more. */
export async function addAsset(checkout: Checkout, name: string, object: string, component: string): Promise<void> {
  await checkout.write(`assets/baseline/active/operators/${name}.yaml`, object);
  const entry = `  - name: ${name}
    path: operators/${name}.yaml
    phase: 1
    install: always
    component: ${component}
    reconcile_order: 5
`;
  const feature = `  - name: ${name}
    description: What ${name} does.
    assets: [${name}]
`;
  const text = await checkout.read(catalog);
  await checkout.write(catalog, `${text.replace("\nassets:\n", () => `${feature}\nassets:\n`).trimEnd()}\n${entry}`);
}
