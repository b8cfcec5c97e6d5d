import { createHash } from "node:crypto";

/** One hub of an operation. */
export interface OperationHub {
  /** `https://api.east.example.com:6443`. */
  readonly server: string;
  /** Identity of the hub; empty when it could not be read. */
  readonly id: string;
}

const maxLength = 63;
const hashLength = 8;

/**
 * Name of the operation that moves the fleet from one hub to the other: the same whenever and however it is started
 * with these hubs, so that starting again resumes. Lower-case letters, digits and hyphens, at most 63.
 *
 * @example operationId(east, west) // "api-east-example-com--api-west-example-com-1f3a9c02"
 */
export function operationId(primary: OperationHub, secondary: OperationHub): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([primary.id || primary.server, secondary.id || secondary.server]))
    .digest("hex")
    .slice(0, hashLength);
  const room = Math.floor((maxLength - hashLength - 3) / 2);
  return `${word(primary.server, room)}--${word(secondary.server, room)}-${hash}`;
}

function word(server: string, room: number): string {
  const host = URL.canParse(server) ? new URL(server).hostname : server;
  const reduced = host
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, room)
    .replace(/-+$/, "");
  return reduced === "" ? "hub" : reduced;
}
