import { homedir } from "node:os";

/**
 * The user's home folder. `homedir` throws for a user id that no database knows, as a namespace of OpenShift gives to its
 * pods; for such a user it is the root folder, as a shell would have it.
 *
 * @example homeFolder((name) => process.env[name]) // "/home/ada"
 */
export function homeFolder(variable: (name: string) => string | undefined): string {
  const named = variable("HOME") ?? "";
  if (named !== "") return named;
  try {
    return homedir();
  } catch {
    return "/";
  }
}
