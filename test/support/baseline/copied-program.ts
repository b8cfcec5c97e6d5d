import { cp, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Checkout } from "./checkout.ts";

const root = resolve(import.meta.dirname, "../../..");

/**
 * Puts the sources of the program beside the assets of a checkout: it ships those, as one that is built there would.
 *
 * @returns path of the program
 */
export async function copyProgram({ folder }: Checkout): Promise<string> {
  for (const path of ["package.json", "steps"]) await cp(join(root, path), join(folder, path), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return join(folder, "steps/cli.ts");
}
