import type { HubName } from "./acm/hub-identity.ts";

/** Something of each hub: its client, its facts. */
export type OfBothHubs<T> = Readonly<Record<HubName, T>>;

/** Of the new hub alone: the old one was declared down, and what would ask it does not compile. */
// An alias: an interface has no index signature, which the runner of steps looks clients up by.
export type OfNewHub<T> = { readonly secondary: T; readonly primary?: never };

/** Those that a run may ask. */
export function present<T>({ primary, secondary }: OfBothHubs<T> | OfNewHub<T>): readonly T[] {
  return primary === undefined ? [secondary] : [primary, secondary];
}

/** The way out where the old hub cannot be reached. */
export const ifOldHubIsLost =
  "if the old hub is lost, give primary-unreachable with acknowledge-primary-down and old-hub-action none: the fleet then moves without it";

/** What a run says of the old hub that it does not ask. */
export const declaredDown = "the old hub is declared down (primary-unreachable)";
