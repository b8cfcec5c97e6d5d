import { critical, type Finding, judge, passed } from "../../preflight/finding.ts";
import type { PostflightCheck } from "../check.ts";
import type { NewHub, OldHub } from "../observation.ts";

export const newHubConnectivity: PostflightCheck = {
  id: "api-connectivity",
  number: 1,
  name: "The API server answers",
  hub: "secondary",
  evaluate: evaluateHub,
};

export const oldHubConnectivity: PostflightCheck = {
  id: "api-connectivity",
  number: 18,
  name: "The API server of the old hub answers",
  hub: "primary",
  evaluate: evaluateHub,
};

function evaluateHub({ hub, server, connection, observability }: NewHub | OldHub): readonly Finding[] {
  if (connection.state === "unread") {
    const { what, why, fix, id } = connection.text;
    return [critical(hub, `${what}: ${why}`, fix, { errorId: id, server })];
  }
  return judge(connection, {
    hub,
    unreadable: "critical",
    // A version may be readable without login; a namespace is not.
    decide: ({ gitVersion }) =>
      judge(observability, {
        hub,
        unreadable: "critical",
        decide: () => [passed(hub, `Kubernetes ${gitVersion} answers at ${server}`)],
      }),
  });
}
