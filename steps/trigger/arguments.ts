import { exitCode } from "../lib/errors/exit-code.ts";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import type { Param, WorkspaceBinding } from "./tekton.ts";

const nameForm = /^[a-zA-Z0-9][-_.a-zA-Z0-9]{0,62}$/;
const objectForm = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function invalid(what: string, why: string, fix: string): FairleadError {
  return new FairleadError({ id: "TRIG-01", what, why, fix }, { exitCode: exitCode.invalidInput });
}

function split(flag: string, text: string): readonly [string, string] {
  const at = text.indexOf("=");
  const name = at < 0 ? "" : text.slice(0, at);
  if (!nameForm.test(name)) {
    throw invalid(
      `--${flag} "${text.slice(0, 80)}" has no usable name`,
      `the form is ${flag === "param" ? "name=value" : "name=kind:object"}, the name made of letters, digits, "-", "_" and "."`,
      `write for example --${flag} ${flag === "param" ? "method=passive" : "data=claim:fairlead-data"}`,
    );
  }
  return [name, text.slice(at + 1)];
}

function refuseTwice(flag: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw invalid(`--${flag} names "${twice}" twice`, "only one value can win", `give --${flag} ${twice}=… once`);
  }
}

/**
 * `name=value` pairs of `--param`.
 * `$(` is refused: Tekton substitutes it in values from outside (Triggers before 0.34, and the kubelet in env values).
 *
 * @throws FairleadError TRIG-01
 * @example parseParams(["method=passive"]) // [{ name: "method", value: "passive" }]
 */
export function parseParams(texts: readonly string[]): readonly Param[] {
  const params = texts.map((text) => {
    const [name, value] = split("param", text);
    if (value.includes("$(")) {
      throw invalid(
        `--param ${name} contains "$("`,
        "Tekton and the kubelet would substitute it",
        `pass the final value of ${name}`,
      );
    }
    return { name, value };
  });
  refuseTwice(
    "param",
    params.map((param) => param.name),
  );
  return params;
}

const bindings: Readonly<Record<string, (object: string) => Readonly<Record<string, unknown>>>> = {
  claim: (object) => ({ persistentVolumeClaim: { claimName: object } }),
  secret: (object) => ({ secret: { secretName: object } }),
  config: (object) => ({ configMap: { name: object } }),
  empty: () => ({ emptyDir: {} }),
};

/**
 * `name=kind:object` pairs of `--workspace`; kinds `claim`, `secret`, `config` and `empty`.
 *
 * @throws FairleadError TRIG-01
 * @example parseWorkspaces(["data=claim:fairlead-data"]) // [{ name: "data", persistentVolumeClaim: { claimName: "fairlead-data" } }]
 */
export function parseWorkspaces(texts: readonly string[]): readonly WorkspaceBinding[] {
  const workspaces = texts.map((text) => {
    const [name, target] = split("workspace", text);
    const [kind = "", object = ""] = target.split(":", 2);
    const binding = bindings[kind];
    if (binding === undefined || (kind !== "empty" && !objectForm.test(object))) {
      throw invalid(
        `--workspace ${name} has the target "${target.slice(0, 80)}"`,
        "a target is claim:NAME, secret:NAME, config:NAME or empty",
        `write for example --workspace ${name}=secret:new-hub-kubeconfig`,
      );
    }
    return { name, ...binding(object) };
  });
  refuseTwice(
    "workspace",
    workspaces.map((workspace) => workspace.name),
  );
  return workspaces;
}
