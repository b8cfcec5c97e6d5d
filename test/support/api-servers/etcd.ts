import type { ChildProcess } from "node:child_process";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SetupError } from "../../cluster/programs/setup-error.ts";
import { ManagedProcess, rareCollection } from "./managed-process.ts";

/** A started etcd and its address for `--etcd-servers`. */
export interface Etcd {
  readonly process: ManagedProcess;
  readonly endpoint: string;
  readonly socket: string;
}

const unused = "http://127.0.0.1:1";

/** What an etcd on Unix sockets in `folder` is started with, and where it is then reached. */
export function etcdOnSocket(folder: string): {
  readonly socket: string;
  readonly endpoint: string;
  readonly args: readonly string[];
} {
  const socket = join(folder, "etcd.sock");
  const endpoint = `unix://${socket}`;
  const args = [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${endpoint}`,
    // etcd 3.6 insists on host:port in what it advertises; nobody dials the only member of a cluster by it.
    `--advertise-client-urls=${unused}`,
    `--listen-peer-urls=unix://${join(folder, "peer.sock")}`,
    `--initial-advertise-peer-urls=${unused}`,
    `--initial-cluster=default=${unused}`,
    // Test data need not outlive a power cut.
    "--unsafe-no-fsync",
  ];
  return { socket, endpoint, args };
}

/** The same etcd for another one to watch. */
export function adoptEtcd(folder: string, pidFolder: string, child: ChildProcess): Etcd {
  const { socket, endpoint } = etcdOnSocket(folder);
  return { process: ManagedProcess.adopt({ name: "etcd", folder, pidFolder }, child), socket, endpoint };
}

/** Starts etcd on Unix sockets in `folder`: no port to clash on, and the folder's mode keeps others out. */
export async function startEtcd(program: string, folder: string, pidFolder: string): Promise<Etcd> {
  const { socket, endpoint, args } = etcdOnSocket(folder);
  const etcd = await ManagedProcess.start({
    ...{ name: "etcd", command: program, folder, pidFolder, args },
    environment: rareCollection,
  });
  while (!(await exists(socket))) {
    if (etcd.exitStatus !== undefined) {
      throw new SetupError({
        id: "API-02",
        what: `etcd ended at start (${etcd.exitStatus})`,
        why: `last lines of ${etcd.logFile}:\n    ${await etcd.lastLines(8)}`,
        fix: "check disk space and that TMPDIR is short: a Unix socket's path holds 107 characters",
      });
    }
    await pause(10);
  }
  return { process: etcd, endpoint, socket };
}

/** Whether there is anything at the path. */
export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
