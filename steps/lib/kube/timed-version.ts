import type { Clock } from "../clock/clock.ts";
import type { CallOptions, KubeClient, ServerVersion } from "./types.ts";

/** What a server says of itself, by this machine's clock. */
export interface TimedVersion extends Pick<ServerVersion, "gitVersion"> {
  /** How far the server's clock is ahead of this machine's, ms. The `Date` header of the server has whole seconds. */
  readonly clockOffsetMs: number;
}

/** Asks a server for version and time. The answer is taken to come from the middle of the call. */
export async function timedVersion(
  client: Pick<KubeClient, "serverVersion">,
  clock: Pick<Clock, "now">,
  options: CallOptions,
): Promise<TimedVersion> {
  const before = clock.now();
  const { gitVersion, serverTime } = await client.serverVersion(options);
  return { gitVersion, clockOffsetMs: serverTime - (before + clock.now()) / 2 };
}
