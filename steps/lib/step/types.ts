import type { Static, TObject, TProperties, TSchema } from "typebox";
import type { Clock, Random } from "../clock/clock.ts";
import type { KubeClient } from "../kube/types.ts";
import type { Logger, LogPlace } from "../log/logger.ts";

/** A result of a Task. Values are strings of at most 256 bytes, unless they are lines for people; all results of a Task together fit in 1 KiB. */
export interface ResultDeclaration {
  readonly description: string;
  /** Written before any work that may throw, since Tekton fails the consumer of a result that was never written. */
  readonly neutral: string;
  /** A value that callers branch on. */
  readonly values?: readonly string[];
  /** Text for people: cut with `…` when too long. Otherwise too long is a defect. */
  readonly human?: true;
  /** Text for people of several lines, at most this many bytes; one line of 256 bytes when absent. */
  readonly linesBytes?: number;
}

export interface WorkspaceDeclaration {
  readonly description: string;
  readonly readOnly?: true;
  readonly optional?: true;
  /** A workspace of credentials: never listed, never copied. */
  readonly secret?: true;
}

/** One API permission that a run needs. From these come the preflight's access reviews, the RBAC manifests and the audit test. */
export interface Permission {
  /** The kubeconfig it is needed under: `primary`, `secondary`, `home` (the cluster that runs Tekton). */
  readonly target: string;
  readonly group: string;
  /** `pods/log` form for a subresource. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** `cluster`, or the parameter-defined namespace by its role name (`backup`, `acm`). */
  readonly scope: "cluster" | { readonly namespace: string };
  readonly resourceNames?: readonly string[];
  /** Needed by read-only modes too. */
  readonly readOnly: boolean;
  /** Why, for the generated tables. */
  readonly reason: string;
}

export interface ExitCodeDeclaration {
  readonly code: number;
  readonly meaning: string;
}

export type ResultDeclarations = Readonly<Record<string, ResultDeclaration>>;
export type WorkspaceDeclarations = Readonly<Record<string, WorkspaceDeclaration>>;

/** The one description of a step (design: one Tekton Task, one command of the program). */
export interface StepDeclaration<
  P extends TProperties = TProperties,
  R extends ResultDeclarations = ResultDeclarations,
  W extends WorkspaceDeclarations = WorkspaceDeclarations,
> {
  readonly area: string;
  /** Kebab-case verb: the Task is `<area>-<name>`, the command `fairlead <area> <name>`. */
  readonly name: string;
  /** One line, no full stop; lists show only this. */
  readonly summary: string;
  /** Further detail for README and `spec.description`. */
  readonly description: string;
  /** Kebab-case names. Strings, integers, booleans and string enums; at most one array of strings. Each with `description`. */
  readonly params: P;
  readonly results: R;
  readonly workspaces: W;
  readonly exitCodes: readonly ExitCodeDeclaration[];
  readonly permissions: readonly Permission[];
  /** Real example values for `--help` and the README. */
  readonly example: Readonly<Record<string, string>>;
  /** Seconds after which a run stops itself; default of the `deadline` param that every step has. 1,800 when absent. */
  readonly deadlineSeconds?: number;
  /** Exit code of a run that its own deadline ended. 5 when absent. */
  readonly deadlineExitCode?: number;
  /** Memory limit of the container in MiB; 320 when absent. */
  readonly memoryMi?: number;
  /** Tekton Hub categories and display data for the generated Task. */
  readonly tekton: {
    readonly displayName: string;
    readonly categories: readonly string[];
    readonly tags: readonly string[];
  };
  readonly run: (context: StepContext<P, R, W>) => Promise<void>;
}

/** The same declaration without Task, results and workspaces: a plain command. */
export interface CommandDeclaration<P extends TProperties = TProperties> {
  /** Absent for a top-level command such as `trigger`. */
  readonly area?: string;
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly params: P;
  readonly exitCodes: readonly ExitCodeDeclaration[];
  readonly example: Readonly<Record<string, string>>;
  /** Params that may be given without their flag, in this order: `fairlead completion bash`. */
  readonly positional?: readonly (keyof P & string)[];
  /** One-letter flags: `{ p: "param" }` makes `-p x` the same as `--param x`. */
  readonly aliases?: Readonly<Record<string, keyof P & string>>;
  readonly run: (context: CommandContext<P>) => Promise<void>;
}

/** A step of any params, as the registry and the run wrapper hold it. `never`: every `run` fits, none is called unchecked. */
export interface AnyStepDeclaration extends Omit<StepDeclaration, "run"> {
  readonly run: (context: never) => Promise<void>;
}

/** A command of any params. */
export interface AnyCommandDeclaration extends Omit<CommandDeclaration, "run" | "positional" | "aliases"> {
  readonly positional?: readonly string[];
  readonly aliases?: Readonly<Record<string, string>>;
  readonly run: (context: never) => Promise<void>;
}

export type AnyDeclaration = AnyStepDeclaration | AnyCommandDeclaration;

/** One line of the registry: what lists and completion show without loading the module. */
export interface CommandEntry {
  /** Absent for a top-level command. */
  readonly area?: string;
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<AnyDeclaration>;
}

export interface AreaEntry {
  readonly name: string;
  readonly summary: string;
}

/** All that the program can do. */
export interface Registry {
  readonly areas: readonly AreaEntry[];
  readonly commands: readonly CommandEntry[];
}

export type Params<P extends TProperties> = Readonly<Static<TObject<P>>>;
export type ParamSchema = TSchema;

export interface Terminal {
  readonly isTty: boolean;
  readonly color: boolean;
  readonly columns: number;
  /**
   * Takes the screen for a list that is redrawn: log lines wait until the function that it returns is called.
   * `undefined` where lines are wanted: a pipe, a pod, JSON or debug logs, a `dumb` terminal.
   */
  readonly takeScreen: () => (() => void) | undefined;
  /** Puts a question to the person in front of the program; empty when there is no answer. `undefined` without a person. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

export interface CommandContext<P extends TProperties> {
  readonly params: Params<P>;
  readonly log: Logger;
  /** Tells where the run is: each further line of its log says so, whoever writes it. */
  readonly at: (place: LogPlace) => void;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by SIGTERM, SIGINT and the step's own deadline. */
  readonly signal: AbortSignal;
  readonly run: RunIdentity;
  /** Plain text for people on stdout: tables, plans. Never for log lines. */
  readonly print: (text: string) => void;
  /** Feeds the five-line summary that ends a successful or failed step. */
  readonly summarize: (lines: SummaryLines) => void;
  /** Registers work for SIGTERM and normal end (flush, release a lock); at most 20 s in all. */
  readonly onExit: (cleanup: () => Promise<void>) => void;
  /** Ends with this exit code although nothing was thrown (a gate whose verdict is negative). */
  readonly setExitCode: (code: number) => void;
  readonly terminal: Terminal;
  /** Opens a client on a kubeconfig file, default context unless named. */
  readonly connect: (target: ConnectTarget) => Promise<KubeClient>;
  /** Settings of the environment that a specification names, e.g. `SWITCHOVER_TUNING`. Declared, so that `process.env` stays in `lib/step`. */
  readonly setting: (name: string) => string | undefined;
}

export interface ConnectTarget {
  readonly name: string;
  /** Path of a kubeconfig file; `in-cluster` uses the pod's ServiceAccount; `default` follows KUBECONFIG and ~/.kube/config. */
  readonly kubeconfig: string | { readonly kind: "in-cluster" } | { readonly kind: "default" };
  /** Context name; current-context when absent. */
  readonly context?: string;
  readonly fieldManager: string;
  /** Largest kubeconfig file that is read; 10 MiB when absent, 0 or less for no limit. */
  readonly maximumKubeconfigBytes?: number;
}

export interface StepContext<P extends TProperties, R extends ResultDeclarations, W extends WorkspaceDeclarations>
  extends CommandContext<P> {
  readonly results: { set(name: keyof R & string, value: string): void };
  /** Path of a workspace; `undefined` for an optional one that is not bound. */
  readonly workspace: (name: keyof W & string) => string | undefined;
}

/** Who runs: known inside Tekton, synthesised on a laptop. */
export interface RunIdentity {
  /** PipelineRun name, or `local-<pid>`. */
  readonly name: string;
  /** PipelineRun uid, or a random id. */
  readonly uid: string;
  readonly taskRun: string;
  readonly inTekton: boolean;
  readonly toolVersion: string;
}

export interface SummaryLines {
  /** What happened, one sentence. */
  readonly what: string;
  /** Where the details lie, for example the path of a report. Kept for the summary of a failure that comes later. */
  readonly more?: string;
  /** With `setExitCode`: error id, reason and next action of a negative verdict, printed like those of an error. */
  readonly id?: string;
  readonly why?: string;
  readonly fix?: string;
}
