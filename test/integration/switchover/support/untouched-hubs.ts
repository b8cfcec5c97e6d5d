import { readdir } from "node:fs/promises";
import type { AuditEvent } from "../../../support/api-servers.ts";
import { type Ended, SwitchoverBench } from "./switchover-bench.ts";

const writeVerbs = ["create", "update", "patch", "delete", "deletecollection"];

/** Asking for one's own rights is a creation in form only. */
function isWrite({ verb, objectRef, userAgent, requestURI }: AuditEvent): boolean {
  return (
    userAgent?.startsWith("fairlead/") === true &&
    writeVerbs.includes(verb) &&
    objectRef?.resource?.startsWith("selfsubject") !== true &&
    !requestURI.includes("dryRun=All")
  );
}

/** A healthy pair whose operators stand still, so that only the program could change anything on it. */
export class UntouchedHubs {
  readonly bench: SwitchoverBench;
  #before: readonly string[] = [];

  private constructor(bench: SwitchoverBench) {
    this.bench = bench;
  }

  static async open(): Promise<UntouchedHubs> {
    const bench = await SwitchoverBench.open({ clusters: 1 });
    const { simulators } = bench.pair;
    await Promise.all([simulators.primary.stop(), simulators.secondary.stop()]);
    const hubs = new UntouchedHubs(bench);
    await hubs.look();
    return hubs;
  }

  close(): Promise<void> {
    return this.bench.close();
  }

  /** Takes the hubs as they are now for untouched. */
  async look(): Promise<void> {
    this.#before = await this.#snapshot();
  }

  /** What differs from untouched hubs and from an empty state folder; nothing, as it should be. */
  async traces(): Promise<readonly string[]> {
    const after = await this.#snapshot();
    const { primary, secondary } = this.bench.pair;
    const events = [...(await primary.auditEvents()), ...(await secondary.auditEvents())];
    return [
      ...after.filter((object) => !this.#before.includes(object)),
      ...this.#before.filter((object) => !after.includes(object)),
      ...events.filter(isWrite).map(({ verb, requestURI }) => `${verb} ${requestURI}`),
      ...(await readdir(this.bench.stateFolder, { recursive: true })),
    ];
  }

  /** `run`, of which no trace may be left. */
  async run(args: readonly string[] = [], files: Parameters<SwitchoverBench["run"]>[1] = {}): Promise<Ended> {
    const ended = await this.bench.run(args, files);
    const traces = await this.traces();
    if (traces.length > 0) throw new Error(`the run left traces: ${traces.join("\n")}\n${ended.stderr.slice(-500)}`);
    return ended;
  }

  async #snapshot(): Promise<readonly string[]> {
    const { primary, secondary } = this.bench.pair.seeds;
    return (await Promise.all([primary.snapshot(), secondary.snapshot()])).flat();
  }
}
