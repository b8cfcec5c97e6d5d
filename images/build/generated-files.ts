import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCheckout } from "../../steps/baseline/checkout/load-checkout.ts";
import { commands } from "../../steps/commands.ts";
import { isStep } from "../../steps/lib/step/common-params.ts";
import type { AnyStepDeclaration, Registry } from "../../steps/lib/step/types.ts";
import { assetReference } from "./asset-reference.ts";
import { baselineRoleFiles } from "./baseline-roles.ts";
import { logLinesDocument } from "./log-lines.ts";
import { permissionsYaml } from "./permissions-yaml.ts";
import { repositoryRoot } from "./repository-root.ts";
import { checksDocument } from "./switchover-checks.ts";
import { switchoverRoleFiles } from "./switchover-roles.ts";
import { imageFields, taskKustomization } from "./task-kustomization.ts";
import { taskReadme } from "./task-readme.ts";
import { taskYaml } from "./task-yaml.ts";

/** The version that package.json names: program, image and manifests are released together. */
export async function projectVersion(): Promise<string> {
  const { version }: { readonly version: string } = JSON.parse(
    await readFile(join(repositoryRoot, "package.json"), "utf8"),
  );
  return version;
}

/** All steps of the registry by area. */
export async function stepsByArea(
  registry: Registry = commands,
): Promise<ReadonlyMap<string, readonly AnyStepDeclaration[]>> {
  const areas = new Map<string, AnyStepDeclaration[]>();
  for (const entry of registry.commands) {
    const declaration = await entry.load();
    if (!isStep(declaration)) continue;
    const steps = areas.get(declaration.area) ?? [];
    areas.set(declaration.area, [...steps, declaration]);
  }
  return areas;
}

function filesOfStep(step: AnyStepDeclaration, version: string): readonly (readonly [path: string, text: string])[] {
  const source = `steps/${step.area}/${step.name}.ts`;
  const directory = `tasks/${step.area}/${step.name}`;
  return [
    [`${directory}/${step.name}.yaml`, taskYaml(step, version, source)],
    [`${directory}/README.md`, taskReadme(step, source)],
  ];
}

type Documents = readonly (readonly [path: string, text: string])[];

/** Documents that an area's code knows best. */
const documents: Readonly<Record<string, () => Documents | Promise<Documents>>> = {
  baseline: async () => [["docs/baseline/assets.md", assetReference(await loadCheckout(repositoryRoot))]],
  switchover: () => [
    ["docs/switchover/checks.md", checksDocument()],
    ["docs/switchover/log-lines.md", logLinesDocument()],
  ],
};

/** Roles of an area: how its permissions are cut into accounts and parts is the area's own. */
const roleFiles: Readonly<Record<string, () => ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>>> = {
  baseline: baselineRoleFiles,
  switchover: switchoverRoleFiles,
};

/** Every generated file: path from the repository's root → text. */
export async function generatedFiles(registry: Registry = commands): Promise<ReadonlyMap<string, string>> {
  const version = await projectVersion();
  const files = new Map<string, string>();
  for (const [area, steps] of await stepsByArea(registry)) {
    for (const step of steps) for (const [path, text] of filesOfStep(step, version)) files.set(path, text);
    files.set(`tasks/${area}/kustomization.yaml`, taskKustomization(steps.map(({ name }) => name)));
    files.set(`tasks/${area}/image-fields.yaml`, imageFields());
    files.set(`rbac/${area}/permissions.yaml`, permissionsYaml(area, steps));
    for (const [path, text] of (await roleFiles[area]?.()) ?? []) files.set(path, text);
    for (const [path, text] of (await documents[area]?.()) ?? []) files.set(path, text);
  }
  return files;
}
