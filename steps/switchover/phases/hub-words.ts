import type { HubName } from "../acm/hub-identity.ts";

/** What people call the hubs of a switchover. */
export const hubWords: Readonly<Record<HubName, string>> = { primary: "old hub", secondary: "new hub" };
