import { runTool } from "./run-tool.ts";

/**
 * Gives everything below a folder the modes that an image needs: readable for any user id, writable for root alone.
 * Left alone, the umask of whoever builds would decide them, and OpenShift's user ids are of the group 0.
 */
export async function openToAll(folder: string): Promise<void> {
  await runTool("chmod", ["-R", "a=rX,u+w", folder]);
}
