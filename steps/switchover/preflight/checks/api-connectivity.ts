import { ifOldHubIsLost } from "../../hubs.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed } from "../finding.ts";
import type { HubObservation } from "../observation.ts";

/** Both API servers answer with the credentials given. */
export const apiConnectivity: Check = {
  id: "api-connectivity",
  number: 2,
  name: "API servers answer",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy:
    "correct the server address, certificate or credentials of the kubeconfig, or start the API server; for an old hub that is lost use primary-unreachable",
  onResume: "always",
  evaluate: ({ primary, secondary }) => [primary, secondary].flatMap(evaluateHub),
};

function evaluateHub({ hub, server, connection, namespaces }: HubObservation): readonly Finding[] {
  if (connection.state === "unread") {
    const { what, why, fix, id } = connection.text;
    return [
      critical(hub, `${what}: ${why}`, hub === "primary" ? `${fix}; ${ifOldHubIsLost}` : fix, { errorId: id, server }),
    ];
  }
  return judge(connection, {
    hub,
    unreadable: "critical",
    // A version may be readable without login; the namespace is not.
    decide: ({ gitVersion }) =>
      judge(namespaces.backup, {
        hub,
        unreadable: "critical",
        decide: () => [passed(hub, `Kubernetes ${gitVersion} answers at ${server}`)],
      }),
  });
}
