import { exitCode } from "../../lib/errors/exit-code.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { isKubeError, type KubeError } from "../../lib/kube/kube-error.ts";
import { acmVersion } from "../acm/acm-version.ts";
import type { HubFacts } from "../phases/switchover-context.ts";
import { switchoverError } from "../switchover-error.ts";
import type { HubInput, HubsReader } from "./connect-operation.ts";
import { readHubFacts } from "./hub-facts.ts";

// A rollback gives the old hub its fleet back even where the new one is lost. That is said, never guessed: a network
// that fails for a minute must not make a rollback leave out what keeps the new hub from taking the clusters.

const unanswered = ["Unreachable", "Timeout", "ServerError", "BadResponse", "TooManyRequests"] as const;

function isUnanswered(error: unknown): error is KubeError {
  return isKubeError(error, ...unanswered);
}

/** @throws FairleadError SW-RB-10 (exit 2): who the new hub is cannot be asked of it */
export function checkLostNewHub(params: {
  readonly "secondary-unreachable": boolean;
  readonly "confirm-new-hub"?: string;
}): void {
  if (!params["secondary-unreachable"] || params["confirm-new-hub"] !== undefined) return;
  throw new FairleadError(
    {
      id: "SW-RB-10",
      what: "secondary-unreachable needs confirm-new-hub",
      why: "a hub that does not answer cannot say which one it is, and the state of its switchover is found by that",
      fix: "give the cluster id of the new hub in confirm-new-hub; the state file has it under hubs.secondary.id",
    },
    { exitCode: exitCode.invalidInput },
  );
}

/** Both hubs, where the new one must answer. Says how to do without it. */
const bothHubs: HubsReader = async (clients, namespaces, { signal }) => {
  const [primary, secondary] = await Promise.all([
    readHubFacts(clients.primary, "primary", namespaces, signal),
    readHubFacts(clients.secondary, "secondary", namespaces, signal).catch((error: unknown) => {
      if (!isUnanswered(error)) throw error;
      const fix = `${error.text.fix}; where that hub is lost, secondary-unreachable takes back what can be without it`;
      throw new FairleadError({ ...error.text, fix }, { exitCode: error.exitCode, cause: error });
    }),
  ]);
  return { facts: { primary, secondary }, answering: ["primary", "secondary"] };
};

/** The old hub alone. @throws FairleadError SW-RB-09 (exit 4) where the new one answers after all */
const oldHubAlone: HubsReader = async (clients, namespaces, { signal, params }) => {
  const [primary] = await Promise.all([
    readHubFacts(clients.primary, "primary", namespaces, signal),
    refuseAnswer(() => readHubFacts(clients.secondary, "secondary", namespaces, signal)),
  ]);
  return { facts: { primary, secondary: confirmed(params) }, answering: ["primary"] };
};

async function refuseAnswer(ask: () => Promise<HubFacts>): Promise<void> {
  const answer = await ask().catch((error: unknown) => {
    if (isUnanswered(error)) return undefined;
    throw error;
  });
  if (answer === undefined) return;
  throw switchoverError(
    "SW-RB-09",
    {
      what: "the new hub answers",
      why: `hub ${answer.id} was read, although secondary-unreachable says that it cannot be`,
      fix: "leave secondary-unreachable out: what the new hub does to the clusters must be undone there, too",
    },
    "refused",
  );
}

function confirmed(params: HubInput["params"]): HubFacts {
  return { id: params["confirm-new-hub"] ?? "", version: acmVersion(undefined) };
}

/** How this rollback looks at its hubs. */
export function hubsReader(params: { readonly "secondary-unreachable": boolean }): HubsReader {
  return params["secondary-unreachable"] ? oldHubAlone : bothHubs;
}
