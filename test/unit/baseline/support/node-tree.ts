import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Json } from "../../../../steps/lib/json/json.ts";

/** A folder that looks like the files of a node; it is removed when the test is over. */
export interface NodeTree extends Disposable {
  readonly root: string;
  readonly write: (path: string, text: string) => void;
  readonly folder: (path: string) => void;
  readonly link: (path: string, target: string) => void;
  /** A program that scripts find before those of this machine. */
  readonly program: (name: string, text: string) => void;
  readonly read: (path: string) => string;
}

export interface Ran {
  readonly code: number | null;
  /** Both streams. */
  readonly said: string;
}

const scripts = join(import.meta.dirname, "../../../../assets/baseline/active/machine-config/files");

export function scriptPath(name: string): string {
  return join(scripts, name);
}

/** The search path on which programs of a tree come first. */
export function searchPath({ root }: NodeTree): string {
  return `${join(root, "programs")}:${process.env["PATH"] ?? ""}`;
}

export function nodeTree(files: Readonly<Record<string, string>> = {}): NodeTree {
  const root = mkdtempSync(join(tmpdir(), "node-tree-"));
  const prepared = (path: string): string => {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    return full;
  };
  const write = (path: string, text: string): void => writeFileSync(prepared(path), text);
  for (const [path, text] of Object.entries(files)) write(path, text);
  return {
    root,
    write,
    folder: (path) => mkdirSync(join(root, path), { recursive: true }),
    link: (path, target) => symlinkSync(target, prepared(path)),
    program: (name, text) => {
      write(join("programs", name), text);
      chmodSync(join(root, "programs", name), 0o755);
    },
    read: (path) => readFileSync(join(root, path), "utf8"),
    // A program that was at work when its script ended may note its call yet.
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

const caller = join(import.meta.dirname, "../../../fixtures/baseline/programs/call-function.py");

/** What a pure function of a script gives; `fault` is what it says is wrong. */
export type Answer = { readonly value: Json } | { readonly fault: string };

/** Calls a function of a script once for each list of arguments, in one process: starting Python takes longest. */
export function callFunction(script: string, name: string, given: readonly (readonly Json[])[]): readonly Answer[] {
  const done = spawnSync("python3", ["-B", caller, scriptPath(script), name], {
    input: JSON.stringify(given),
    encoding: "utf8",
    timeout: 60_000,
  });
  if (done.status !== 0) throw new Error(`${script} ${name}: ${done.stderr}`);
  return JSON.parse(done.stdout) as readonly Answer[]; // the caller writes nothing else
}

/** Runs a script of a node, with its root in the tree. */
export function runScript(tree: NodeTree, name: string, ...args: readonly string[]): Ran {
  const done = spawnSync("python3", ["-B", scriptPath(name), "--root", tree.root, ...args], {
    encoding: "utf8",
    timeout: 60_000,
    env: { PATH: searchPath(tree) },
  });
  if (done.error !== undefined) throw done.error;
  return { code: done.status, said: `${done.stdout}${done.stderr}` };
}
