import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { ProcessIdentity } from "../programs/process-identity.ts";
import { takeLock } from "../programs/program-lock.ts";
import { hubNames } from "./hub-names.ts";
import { listNamespaces, removeHostLink, removeNamespace } from "./network-namespace.ts";

/**
 * Ends every process of the hubs in the folder and removes their namespaces, links and files. Goes by names that
 * follow from the folder: it also cleans up what a crashed start left, and does nothing where nothing is. Waits for a
 * start that is under way.
 */
export async function stopHubs(folder: string, signal: AbortSignal = new AbortController().signal): Promise<void> {
  const unlock = await lockHubs(folder, { signal, onWait: () => {} });
  try {
    await removeHubs(folder, { files: true });
  } finally {
    await unlock();
  }
}

/** Keeps others from starting or stopping the hubs of the folder. Returns the function that ends it. */
export function lockHubs(
  folder: string,
  wait: { readonly signal: AbortSignal; readonly onWait: (owner: ProcessIdentity) => void },
): Promise<() => Promise<void>> {
  return takeLock(`${resolve(folder)}.lock`, wait);
}

/** `stopHubs` for the owner of the lock. Without `files` the folder stays, with its logs. */
export async function removeHubs(folder: string, remove: { readonly files: boolean }): Promise<void> {
  const names = hubNames(folder);
  const namespaces = await listNamespaces(names.prefix);
  await Promise.all(namespaces.map(removeNamespace));
  await removeHostLink(names.hostLink);
  if (remove.files) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
