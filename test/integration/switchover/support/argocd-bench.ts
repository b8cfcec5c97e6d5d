import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestApiServer } from "../../../support/api-servers.ts";
import { startBareHubs } from "../../../support/hubs.ts";
import { program } from "../../../support/program.ts";
import { type Ended, ended } from "./switchover-bench.ts";

export type Hub = "primary" | "secondary";
type Json = Readonly<Record<string, unknown>>;

/** Folders of kubeconfigs and of the state for one command. */
export interface ArgocdFolders {
  readonly primary?: string;
  readonly secondary?: string;
  readonly state: string;
}

/** `fairlead switchover argocd-pause` or `argocd-resume` as its own process, while it runs. */
export function startArgocd(verb: "pause" | "resume", folders: ArgocdFolders, args: readonly string[] = []) {
  const { primary, secondary, state } = folders;
  const bound = { "primary-kubeconfig": primary, "secondary-kubeconfig": secondary, state };
  const workspaces = Object.entries(bound).flatMap(([name, path]) =>
    path === undefined ? [] : ["--workspace", `${name}=${path}`],
  );
  const command = [program, "switchover", `argocd-${verb}`, ...workspaces, "--log-format", "json", ...args];
  return spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
}

/** As {@link startArgocd}, to its end. */
export function argocd(verb: "pause" | "resume", folders: ArgocdFolders, args: readonly string[] = []): Promise<Ended> {
  return ended(startArgocd(verb, folders, args));
}

/** The only state in the folder. */
export async function stateIn(
  folder: string,
): Promise<{ readonly current_phase: string; readonly config: Json } & Json> {
  const names = (await readdir(folder)).filter((name) => /^[^.]+\.json$/.test(name));
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) throw new Error(`there is not one state but ${names.join(", ")}`);
  return JSON.parse(await readFile(join(folder, name), "utf8"));
}

/** Two hubs on which nothing works, for the commands that touch Argo CD alone. */
export class ArgocdBench {
  readonly folder: string;
  private readonly bare: Awaited<ReturnType<typeof startBareHubs>>;
  private states = 0;

  private constructor(folder: string, bare: Awaited<ReturnType<typeof startBareHubs>>) {
    this.folder = folder;
    this.bare = bare;
  }

  static async open(): Promise<ArgocdBench> {
    const bench = new ArgocdBench(await mkdtemp(join(tmpdir(), "fairlead-argocd-")), await startBareHubs("2.14.1"));
    for (const hub of ["primary", "secondary"] as const) {
      await mkdir(join(bench.folder, hub));
      await copyFile(bench.server(hub).kubeconfig(), join(bench.folder, hub, "kubeconfig"));
    }
    return bench;
  }

  async close(): Promise<void> {
    await this.bare.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  server(hub: Hub): TestApiServer {
    return this.bare.servers.server(hub);
  }

  /** The kubeconfigs of both hubs and a state folder that nobody has used. */
  async folders(): Promise<Required<ArgocdFolders>> {
    this.states += 1;
    const state = join(this.folder, `state-${this.states}`);
    await mkdir(state);
    return { primary: join(this.folder, "primary"), secondary: join(this.folder, "secondary"), state };
  }
}
