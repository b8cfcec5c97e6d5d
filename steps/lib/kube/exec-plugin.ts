import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { errorCode } from "../errors/error-code.ts";
import type { FairleadError } from "../errors/fairlead-error.ts";
import type { Logger } from "../log/logger.ts";
import { errorWords } from "./error-words.ts";
import { kubeconfigError } from "./kubeconfig-error.ts";
import type { ExecPlugin } from "./kubeconfig-user.ts";
import { readLines } from "./line-reader.ts";
import type { FetchedProof } from "./login.ts";

export interface ExecOptions {
  /** For messages: the kubeconfig's files. */
  readonly label: string;
  /** Where a relative path of the program starts. */
  readonly folder: string;
  readonly log: Logger;
  /** Milliseconds; default two minutes, since a person may have to log in on a web page. */
  readonly timeoutMs?: number;
}

const maximumOutput = 1024 * 1024;
const defaultTimeoutMs = 120_000;
// What a program leaves behind, such as a browser or an agent, may keep its pipes open for ever.
const afterExitMs = 500;
/** What `env` and shells say for a program that is not there. */
const notFound = 127;

interface Ending {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly output: string;
  readonly complaint: string;
}

function commandLine(plugin: ExecPlugin, folder: string): readonly string[] {
  const info = { apiVersion: plugin.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  return [
    `KUBERNETES_EXEC_INFO=${JSON.stringify(info)}`,
    ...plugin.environment.map(({ name, value }) => `${name}=${value}`),
    plugin.command.includes("/") ? resolve(folder, plugin.command) : plugin.command,
    ...plugin.args,
  ];
}

/** Ends where the stream ends or is destroyed. */
async function* bytesOf(stream: Readable): AsyncGenerator<Buffer> {
  try {
    // No encoding is set: the chunks are buffers.
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if (errorCode(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}

async function runProgram(plugin: ExecPlugin, options: ExecOptions): Promise<Ending> {
  // `env` adds to the environment that a child inherits by itself.
  const child = spawn("env", commandLine(plugin, options.folder), {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: options.timeoutMs ?? defaultTimeoutMs,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<number | null>((settle, reject) => {
    child.once("error", reject);
    child.once("close", settle);
  });
  // It is waited for at the end, and may fail before.
  ended.catch(() => undefined);
  child.once("exit", () => {
    const letGo = (): void => {
      child.stdout.destroy();
      child.stderr.destroy();
    };
    // Behind a look at the pipes: what the program itself has said is read by then.
    AbortSignal.timeout(afterExitMs).addEventListener("abort", () => setImmediate(letGo), { once: true });
  });
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maximumOutput) child.kill("SIGKILL");
    else chunks.push(chunk);
  });
  const complaint: string[] = [];
  for await (const line of readLines(bytesOf(child.stderr))) {
    // A program that waits for a login on a web page says so here.
    options.log.info(`${plugin.command}: ${line}`);
    complaint.push(line);
  }
  return {
    code: await ended,
    output: Buffer.concat(chunks).toString("utf8"),
    complaint: complaint.slice(-3).join("; ").slice(0, 500),
  };
}

function failed(plugin: ExecPlugin, { label }: ExecOptions, why: string, cause?: unknown): FairleadError {
  const fix =
    plugin.installHint ?? `run "${plugin.command}" by hand to see what it needs, or use a kubeconfig with a token`;
  return kubeconfigError(
    "KUBE-26",
    label,
    { what: `got no login from the program "${plugin.command}"`, why, fix },
    cause,
  );
}

function textOf(status: object, field: string): string | undefined {
  const value: unknown = field in status ? status[field as keyof typeof status] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The proof in the program's output. @throws Error that quotes none of it, since it holds the token */
export function parseExecCredential(output: string): FetchedProof {
  let document: unknown;
  try {
    document = JSON.parse(output);
  } catch {
    throw new Error("what it printed is no JSON");
  }
  const status =
    typeof document === "object" && document !== null && "status" in document ? document.status : undefined;
  if (typeof status !== "object" || status === null) {
    throw new Error("what it printed is no ExecCredential with a status");
  }
  const token = textOf(status, "token");
  const certificate = textOf(status, "clientCertificateData");
  const key = textOf(status, "clientKeyData");
  const end = Date.parse(textOf(status, "expirationTimestamp") ?? "");
  if (token === undefined && (certificate === undefined || key === undefined)) {
    throw new Error("its ExecCredential holds neither a token nor a client certificate with its key");
  }
  return {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined || key === undefined ? {} : { clientCertificate: { certificate, key } }),
    ...(Number.isNaN(end) ? {} : { expiresAt: end }),
  };
}

/**
 * Asks an exec plugin (client.authentication.k8s.io) for a credential. Its standard error is logged as it comes.
 *
 * @throws FairleadError KUBE-26
 */
export async function execPluginProof(plugin: ExecPlugin, options: ExecOptions): Promise<FetchedProof> {
  const { code, output, complaint } = await runProgram(plugin, options).catch((error: unknown) => {
    throw failed(plugin, options, errorWords(error), error);
  });
  if (code === notFound) {
    throw failed(plugin, options, "there is no such program on PATH");
  }
  if (code !== 0) {
    const ending =
      code === null ? "it did not end by itself in time, or printed too much" : `it ended with code ${code}`;
    throw failed(plugin, options, complaint === "" ? ending : `${ending}: ${complaint}`);
  }
  try {
    return parseExecCredential(output);
  } catch (error) {
    throw failed(plugin, options, errorWords(error));
  }
}
