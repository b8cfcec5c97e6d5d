import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReconcileContext } from "../../../../steps/baseline/reconcile/declaration.ts";
import { reconcileParams } from "../../../../steps/baseline/reconcile/declaration.ts";
import { runReconcile } from "../../../../steps/baseline/reconcile/run-reconcile.ts";
import type { RenderContext } from "../../../../steps/baseline/render/declaration.ts";
import { renderParams } from "../../../../steps/baseline/render/declaration.ts";
import { runRender } from "../../../../steps/baseline/render/run-render.ts";
import type { RunSummary } from "../../../../steps/baseline/report/run-summary.ts";
import type { ResumeContext } from "../../../../steps/baseline/resume/declaration.ts";
import { resumeParams } from "../../../../steps/baseline/resume/declaration.ts";
import { runResume } from "../../../../steps/baseline/resume/run-resume.ts";
import type { Clock } from "../../../../steps/lib/clock/clock.ts";
import { systemClock, systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import { connect } from "../../../../steps/lib/kube/connect.ts";
import type { KubeClient, KubeObject } from "../../../../steps/lib/kube/types.ts";
import { withOverrides } from "../../../../steps/lib/kube/with-overrides.ts";
import type { Logger } from "../../../../steps/lib/log/logger.ts";
import type { TestApiServer } from "../../../support/api-servers.ts";

/** Hears everything and says nothing. */
export const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => quiet };

/** What one step in this process has ended with. */
export interface EngineRun {
  readonly exitCode: number;
  /** Where it left its files. */
  readonly folder: string;
}

export interface EngineReconciliation extends EngineRun {
  /** `report.json`, or `plan.json` of a dry run. */
  readonly summary: RunSummary;
  /** What it sent to be applied, in order; not what it only tried. */
  readonly applied: readonly KubeObject[];
}

type Given<C extends { readonly params: object }> = Partial<C["params"]>;

function defaultsOf(schemas: Readonly<Record<string, object>>): object {
  return Object.fromEntries(
    Object.entries(schemas).flatMap(([name, schema]) => ("default" in schema ? [[name, schema.default]] : [])),
  );
}

/**
 * Steps of the area run in this process, against a real server, on a clock that a test may set. They do all that they
 * do as a program: lock, state, Events, files.
 */
export class Engine {
  readonly #client: KubeClient;
  readonly #folder: string;
  readonly #clock: Clock;
  #runs = 0;

  private constructor(client: KubeClient, folder: string, clock: Clock) {
    this.#client = client;
    this.#folder = folder;
    this.#clock = clock;
  }

  static async open(server: TestApiServer, folder: string, clock: Clock = systemClock): Promise<Engine> {
    const target = { name: "cluster", kubeconfig: server.kubeconfig(), fieldManager: "virt-platform-autopilot" };
    const client = await connect(target, { log: quiet, clock: systemClock, random: systemRandom });
    return new Engine(client, folder, clock);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async reconcile(given: Given<ReconcileContext> = {}): Promise<EngineReconciliation> {
    const applied: KubeObject[] = [];
    const client = withOverrides(this.#client, {
      apply: async (resource, body, options) => {
        if (options.dryRun === undefined) applied.push(body);
        return await this.#client.apply(resource, body, options);
      },
    });
    // The defaults and the given ones are all the parameters that the step declares.
    const params = { ...defaultsOf(reconcileParams), ...given } as ReconcileContext["params"];
    const ran = await this.#run(client, (context) => runReconcile({ ...context, params }));
    const file = params["dry-run"] ? "plan.json" : "report.json";
    return { ...ran, applied, summary: JSON.parse(await readFile(join(ran.folder, file), "utf8")) };
  }

  async render(given: Given<RenderContext>): Promise<EngineRun> {
    const params = { ...defaultsOf(renderParams), ...given } as RenderContext["params"]; // as above
    return await this.#run(this.#client, (context) => runRender({ ...context, params }));
  }

  async resume(given: Given<ResumeContext>): Promise<EngineRun> {
    const params = { ...defaultsOf(resumeParams), ...given } as ResumeContext["params"]; // as above
    return await this.#run(this.#client, (context) => runResume({ ...context, params }));
  }

  async #run(client: KubeClient, step: (context: Surroundings) => Promise<void>): Promise<EngineRun> {
    this.#runs += 1;
    const folder = await mkdtemp(join(this.#folder, `engine-${this.#runs}-`));
    let exitCode = 0;
    await step({
      ...surroundings(client, this.#clock, `run-${this.#runs}`),
      workspace: (name) => (name === "output" ? folder : undefined),
      setExitCode: (code) => {
        exitCode = code;
      },
    });
    return { exitCode, folder };
  }
}

type Surroundings = Omit<ReconcileContext & RenderContext & ResumeContext, "params">;

/** What surrounds a step: nobody at the terminal, nothing in the environment. */
function surroundings(client: KubeClient, clock: Clock, name: string): Omit<Surroundings, "workspace" | "setExitCode"> {
  return {
    log: quiet,
    at: () => {},
    clock,
    random: systemRandom,
    signal: new AbortController().signal,
    run: { name, uid: name, taskRun: "", inTekton: false, toolVersion: "0.0.0-test" },
    print: () => {},
    summarize: () => {},
    onExit: () => {}, // the client is closed with the engine
    terminal: { isTty: false, color: false, columns: 100, takeScreen: () => undefined, ask: undefined },
    connect: async () => client,
    setting: () => undefined,
    results: { set: () => {} },
  };
}
