import { randomBytes } from "node:crypto";

/** A user of a test API server, authenticated by a static bearer token. */
export interface TestUser {
  readonly name: string;
  readonly token: string;
  readonly groups: readonly string[];
}

/**
 * Users that every test API server knows. Only `admin` may do anything; the others carry a group each, for tests to
 * bind roles to. `nobody` has no group: it stays without any right.
 */
export const standardUsers: Readonly<Record<string, readonly string[]>> = {
  admin: ["system:masters"],
  operator: ["fairlead:operators"],
  validator: ["fairlead:validators"],
  viewer: ["fairlead:viewers"],
  nobody: [],
};

/** The users with fresh tokens. */
export function createUsers(groupsOf: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, TestUser> {
  return new Map(
    Object.entries(groupsOf).map(([name, groups]) => [name, { name, groups, token: randomBytes(24).toString("hex") }]),
  );
}

/** Content for `--token-auth-file`: token, user, uid and, quoted, the groups. */
export function tokenFile(users: Iterable<TestUser>): string {
  return [...users].map(({ name, token, groups }) => `${token},${name},${name},"${groups.join(",")}"\n`).join("");
}
