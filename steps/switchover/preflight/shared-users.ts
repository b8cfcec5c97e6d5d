import { readFile, stat } from "node:fs/promises";
import { parse } from "yaml";
import type { HubName, SharedUser } from "./observation.ts";
import { type Reading, read } from "./reading.ts";

/** Where a hub's credentials come from. */
export interface KubeconfigOrigin {
  /** Files of one merged kubeconfig, in the order of KUBECONFIG; empty for credentials without a file. */
  readonly files: readonly string[];
  /** Current context when absent. */
  readonly context?: string;
}

interface MergedConfig {
  readonly current: string;
  /** Context → user; the first file that defines a context wins. */
  readonly users: ReadonlyMap<string, string>;
}

/**
 * Contexts of the two hubs whose user also belongs to another context. Only where both hubs come from the same files:
 * separate kubeconfigs cannot mix their users.
 */
export async function findSharedUsers(
  origins: Readonly<Record<HubName, KubeconfigOrigin>>,
  maxBytes: number,
): Promise<Reading<readonly SharedUser[]>> {
  const { files } = origins.primary;
  if (files.length === 0 || files.join("\0") !== origins.secondary.files.join("\0")) {
    return read([]);
  }
  try {
    const config = await readConfig(files, maxBytes);
    return read((["primary", "secondary"] as const).flatMap((hub) => sharedUser(hub, origins[hub], config)));
  } catch (error) {
    return {
      state: "unread",
      text: {
        id: "SW-PRE-01",
        what: `the kubeconfig ${files.join(", ")} could not be compared`,
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

async function readConfig(files: readonly string[], maxBytes: number): Promise<MergedConfig> {
  const users = new Map<string, string>();
  let current = "";
  for (const file of files) {
    const { size } = await stat(file);
    if (maxBytes > 0 && size > maxBytes) {
      throw new RangeError(`${file} has ${size} bytes, more than ${maxBytes}`);
    }
    const config: unknown = parse(await readFile(file, "utf8"), { maxAliasCount: 0 });
    current = current === "" ? text(field(config, "current-context")) : current;
    for (const entry of list(field(config, "contexts"))) {
      const name = text(field(entry, "name"));
      if (name !== "" && !users.has(name)) {
        users.set(name, text(field(field(entry, "context"), "user")));
      }
    }
  }
  return { current, users };
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
