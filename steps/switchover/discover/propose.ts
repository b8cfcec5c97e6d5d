import { basename, dirname } from "node:path";
import { shellWord } from "../../lib/step/example-command.ts";
import type { DiscoveredHub } from "./describe-hub.ts";
import type { HubRole } from "./hub-role.ts";

/** What to do next with the hubs that were found. */
export type Proposal =
  | {
      readonly operation: "preflight" | "postflight";
      /** Servers; `old` is empty where only the new hub is known. */
      readonly hubs: { readonly old: string; readonly new: string };
      /** A command line for a laptop. */
      readonly command: string;
    }
  | { readonly operation: "none"; readonly why: string };

/** A preflight for a primary and its secondary, a postflight for a new primary. Pure. */
export function propose(hubs: readonly DiscoveredHub[]): Proposal {
  const of = (role: HubRole): readonly DiscoveredHub[] => hubs.filter((hub) => hub.role === role);
  const [primary, ...otherPrimaries] = of("primary");
  const [secondary, ...otherSecondaries] = of("secondary");
  if (primary !== undefined && secondary !== undefined) {
    return otherPrimaries.length + otherSecondaries.length > 0
      ? none("there are several primary or secondary hubs: name the contexts of one pair")
      : proposal("preflight", secondary, primary);
  }
  const [renewed, ...otherRenewed] = of("new-primary");
  if (renewed !== undefined) {
    const [former, ...otherFormer] = of("old-primary");
    return otherRenewed.length > 0
      ? none("there are several new primary hubs: name the contexts of one pair")
      : proposal("postflight", renewed, otherFormer.length > 0 ? undefined : former);
  }
  return none(missing(hubs.length, primary !== undefined, secondary !== undefined));
}

function missing(hubs: number, primary: boolean, secondary: boolean): string {
  if (hubs === 0) {
    return "no context leads to a hub";
  }
  if (primary) {
    return "no hub follows the backups of the primary: create a passive sync on the hub that is to take over";
  }
  return secondary ? "no context leads to a primary hub" : "no hub is clearly primary, secondary or new primary";
}

function none(why: string): Proposal {
  return { operation: "none", why };
}

function proposal(
  operation: "preflight" | "postflight",
  next: DiscoveredHub,
  former: DiscoveredHub | undefined,
): Proposal {
  const flags = [
    ...(operation === "preflight" ? ["--method", "passive"] : []),
    ...(former === undefined ? [] : wayTo("primary", former)),
    ...wayTo("secondary", next),
  ];
  return {
    operation,
    hubs: { old: former?.server ?? "", new: next.server },
    command: [...variable(next, former), "fairlead", "switchover", operation, ...flags.map(shellWord)].join(" "),
  };
}

/** Kubeconfigs that lie as a mounted Secret are given as workspaces, others by the environment. */
function wayTo(hub: "primary" | "secondary", { used }: DiscoveredHub): readonly string[] {
  const folder = isMounted(used.kubeconfig) ? ["--workspace", `${hub}-kubeconfig=${dirname(used.kubeconfig)}`] : [];
  return [`--${hub}-context`, used.context, ...folder];
}

function variable(next: DiscoveredHub, former: DiscoveredHub | undefined): readonly string[] {
  const files = new Set([former, next].flatMap((hub) => (hub === undefined ? [] : [hub.used.kubeconfig])));
  const named = [...files].filter((file) => !isMounted(file));
  return named.length === 0 ? [] : [`KUBECONFIG=${named.map(shellWord).join(":")}`];
}

function isMounted(file: string): boolean {
  return basename(file) === "kubeconfig";
}
