import type { TProperties } from "typebox";
import type { CommandDeclaration } from "./types.ts";

/**
 * Declares a command of the program that is no Tekton Task. Gives back its argument; see `defineStep`.
 *
 * @example export const version = defineCommand({ name: "version", params: {}, run: async ({ print }) => print("1.2.3") });
 */
export function defineCommand<const P extends TProperties>(declaration: CommandDeclaration<P>): CommandDeclaration<P> {
  return declaration;
}
