import { readFile, stat } from "node:fs/promises";
import { parse } from "yaml";
import type { HubName } from "../acm/hub-identity.ts";
import { type HubAccess, kubeconfigLimit } from "../connect-hubs.ts";
import type { OfBothHubs, OfNewHub } from "../hubs.ts";
import type { Observation, SharedUser } from "./observation.ts";
import { type Reading, read } from "./reading.ts";

/** Where a hub's credentials come from. */
export interface KubeconfigOrigin {
  readonly file: string;
  /** Current context when absent. */
  readonly context?: string;
}

/** How a run got to its hubs. */
export interface WayToHubs extends Pick<HubAccess, "setting"> {
  /** The kubeconfig of each hub that is asked. */
  readonly files: OfBothHubs<string> | OfNewHub<string>;
  readonly params: { readonly "primary-context"?: string; readonly "secondary-context"?: string };
}

/** The shared users of the hubs of a run. The kubeconfig of a hub that is not asked can mix up nothing. */
export async function sharedUsersOf({ files, params, setting }: WayToHubs): Promise<Observation["sharedUsers"]> {
  if (files.primary === undefined) return { state: "declared-down" };
  const origins = {
    primary: origin(files.primary, params["primary-context"]),
    secondary: origin(files.secondary, params["secondary-context"]),
  };
  return await findSharedUsers(origins, kubeconfigLimit(setting));
}

function origin(file: string, context: string | undefined): KubeconfigOrigin {
  return context === undefined ? { file } : { file, context };
}

interface MergedConfig {
  readonly current: string;
  /** Context → user. */
  readonly users: ReadonlyMap<string, string>;
}

/**
 * Contexts of the two hubs whose user also belongs to another context. Only where both hubs come from one file:
 * separate kubeconfigs cannot mix their users.
 */
export async function findSharedUsers(
  origins: Readonly<Record<HubName, KubeconfigOrigin>>,
  maxBytes: number,
): Promise<Reading<readonly SharedUser[]>> {
  const { file } = origins.primary;
  if (file !== origins.secondary.file) {
    return read([]);
  }
  try {
    const config = await readConfig(file, maxBytes);
    return read((["primary", "secondary"] as const).flatMap((hub) => sharedUser(hub, origins[hub], config)));
  } catch (error) {
    return {
      state: "unread",
      text: {
        id: "SW-PRE-01",
        what: `the kubeconfig ${file} could not be compared`,
        why: error instanceof Error ? error.message : String(error),
        fix: "check that the file is readable YAML",
      },
    };
  }
}

function sharedUser(hub: HubName, { context }: KubeconfigOrigin, config: MergedConfig): readonly SharedUser[] {
  const own = context ?? config.current;
  const user = config.users.get(own);
  const contexts = [...config.users].filter(([, name]) => name === user).map(([name]) => name);
  return user === undefined || contexts.length < 2 ? [] : [{ hub, user, contexts }];
}

async function readConfig(file: string, maxBytes: number): Promise<MergedConfig> {
  const { size } = await stat(file);
  if (maxBytes > 0 && size > maxBytes) {
    throw new RangeError(`it has ${size} bytes, more than ${maxBytes}`);
  }
  const config = parseConfig(await readFile(file, "utf8"));
  const users = new Map<string, string>();
  for (const entry of list(field(config, "contexts"))) {
    users.set(text(field(entry, "name")), text(field(field(entry, "context"), "user")));
  }
  return { current: text(field(config, "current-context")), users };
}

/** The parser's own message quotes the lines around a fault, which may hold a token. */
function parseConfig(source: string): unknown {
  try {
    return parse(source, { maxAliasCount: 0 });
  } catch {
    throw new SyntaxError("it is not valid YAML");
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
