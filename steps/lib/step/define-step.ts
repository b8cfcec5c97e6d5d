import type { TProperties } from "typebox";
import type { ResultDeclarations, StepDeclaration, WorkspaceDeclarations } from "./types.ts";

/**
 * Declares a step: one Tekton Task and one command. Gives back its argument; it exists so that the types of params,
 * results and workspaces reach `run` without being written twice. `check-declaration.ts` holds the rules.
 *
 * @example export const preflight = defineStep({ area: "switchover", name: "preflight", params: { … }, run: async ({ params }) => { … } });
 */
export function defineStep<
  const P extends TProperties,
  const R extends ResultDeclarations,
  const W extends WorkspaceDeclarations,
>(declaration: StepDeclaration<P, R, W>): StepDeclaration<P, R, W> {
  return declaration;
}
