import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BaselineBench, hyperConverged } from "../../../integration/baseline/support/baseline-bench.ts";
import { type Ended, ended } from "../../../integration/switchover/support/switchover-bench.ts";
import type { KeptContent } from "../../../support/api-servers/kept-content.ts";
import type { Fault } from "../../../support/fault-proxy/types.ts";
import { type FaultProxy, startFaultProxy } from "../../../support/fault-proxy.ts";
import { program } from "../../../support/program.ts";
import { describeWrite, isWrite } from "./writes.ts";

/** The `number`-th write of this description. */
export interface KillPoint {
  readonly write: string;
  readonly number: number;
  readonly when: "before" | "after";
  /** SIGKILL, unless the run is to be asked to stop. */
  readonly signal?: "SIGTERM";
}

export interface RunOptions {
  readonly flags?: readonly string[];
  /** Name of the run, by which it knows its Lease again. */
  readonly name?: string;
  readonly kill?: KillPoint;
}

/** A platform behind a proxy, put back to one scene as often as that is wanted. */
export class ProxiedBaseline {
  readonly bench: BaselineBench;
  readonly proxy: FaultProxy;
  readonly #kubeconfig: string;
  #scene: readonly KeptContent[] = [];
  #runs = 0;

  private constructor(bench: BaselineBench, proxy: FaultProxy, kubeconfig: string) {
    this.bench = bench;
    this.proxy = proxy;
    this.#kubeconfig = kubeconfig;
  }

  /** @param autopilot what the HyperConverged asks for */
  static async open(autopilot: string): Promise<ProxiedBaseline> {
    const bench = await BaselineBench.open({ annotations: { autopilot } });
    const proxy = await startFaultProxy({ target: bench.server.url, targetAuthority: bench.server.caFile });
    return new ProxiedBaseline(bench, proxy, await proxy.kubeconfig(bench.server.kubeconfig()));
  }

  async close(): Promise<void> {
    await this.proxy.stop();
    await this.bench.close();
  }

  /** What is there now is where each try begins. */
  async keepScene(): Promise<void> {
    this.#scene = await this.bench.servers.keepContent();
  }

  /** Puts the scene back, uids included. */
  async begin(): Promise<void> {
    this.proxy.clear();
    for (const content of this.#scene) await content.restore();
    await this.bench.server.forgetAuditEvents();
  }

  get lastOutput(): string {
    return join(this.bench.folder, `proxied-${this.#runs}`);
  }

  /** `baseline reconcile` as a process of its own; its report may be missing. */
  async run({ flags = [], name = "run-7", kill }: RunOptions = {}): Promise<Ended> {
    this.#runs += 1;
    await mkdir(this.lastOutput, { recursive: true });
    const args = [
      "baseline",
      "reconcile",
      "--workspace",
      `output=${this.lastOutput}`,
      "--log-format",
      "json",
      ...flags,
    ];
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, KUBECONFIG: this.#kubeconfig, RUN_NAME: name, PARAM_RUN_UID: "u1" },
    });
    if (kill !== undefined) {
      let left = kill.number;
      this.proxy.decide((request): Fault | undefined => {
        if (!isWrite(request) || describeWrite(request) !== kill.write) return undefined;
        left -= 1;
        return left === 0
          ? { kind: "hang", when: kill.when, onHang: () => child.kill(kill.signal ?? "SIGKILL") }
          : undefined;
      });
    }
    const end = await ended(child);
    if (kill !== undefined) this.proxy.clear();
    return end;
  }

  /** The writes that the proxy saw, in order. */
  writes(): readonly string[] {
    return this.proxy.requests.filter(isWrite).map(describeWrite);
  }

  /** The Lease of the last run is as if that had died long enough ago. */
  async ageLease(seconds: number): Promise<void> {
    const renewTime = new Date(Date.now() - seconds * 1_000).toISOString().replace("Z", "000Z");
    const lease = { resource: "leases.coordination.k8s.io", name: "virt-platform-autopilot-reconcile" };
    await this.bench.mergePatch(
      { ...lease, namespace: hyperConverged.namespace ?? "" },
      { spec: { renewTime, acquireTime: renewTime } },
    );
  }
}
