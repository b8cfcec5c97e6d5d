import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { ConnectedHubs } from "../connect-hubs.ts";
import { ifOldHubIsLost } from "../hubs.ts";
import { switchoverError } from "../switchover-error.ts";

// What keeps a run without its old hub from taking the wrong one for the new one.

type NewHubAlone = Extract<ConnectedHubs, { readonly oldHub: "down" }>;

/**
 * Whoever goes on without the old hub says which hub takes over. @throws FairleadError SW-DOWN-03 (exit 4)
 */
export function refuseUnacknowledged(acknowledged: string | undefined, id: string): void {
  if (acknowledged === id) return;
  throw switchoverError(
    "SW-DOWN-03",
    {
      what: `acknowledge-primary-down "${acknowledged ?? ""}" is not the id of the new hub`,
      why: id === "" ? "the id of the new hub could not be read" : `the secondary kubeconfig leads to hub ${id}`,
      fix: "make sure that this is the hub that is to take over and that the other one is down, then give its cluster id",
    },
    "refused",
  );
}

/** Nobody can say who the old hub is, but one address is one hub. @throws FairleadError SW-DOWN-05 (exit 4) */
export function refuseSameServer({ oldServer, clients }: NewHubAlone): void {
  if (oldServer !== "" && oldServer === clients.secondary.server) {
    throw switchoverError(
      "SW-DOWN-05",
      {
        what: "the old hub, which is declared down, has the address of the new one",
        why: `both kubeconfigs lead to ${oldServer}`,
        fix: "give the kubeconfig of the old hub, or none",
      },
      "refused",
    );
  }
}

/** Names the way to go on where the old hub does not answer; any other error is left as it is. */
export function withWayOut(error: unknown): unknown {
  if (!isKubeError(error, "Unreachable", "Timeout")) return error;
  const fix = `${error.text.fix}; ${ifOldHubIsLost}`;
  return new FairleadError({ ...error.text, fix }, { exitCode: error.exitCode, cause: error });
}
