import type { TProperties } from "typebox";
import * as Type from "typebox";
import type { AnyDeclaration, AnyStepDeclaration } from "./types.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;

const defaultDeadlineSeconds = 1_800;

const logLevel = Type.Enum([...logLevels], {
  default: "info",
  description: "Least level of the log lines that are written",
});

const runUid = Type.Optional(
  Type.String({
    pattern: "^[0-9A-Za-z-]{1,64}$",
    rule: "a Kubernetes uid",
    description: "Uid of the PipelineRun, filled by the Pipeline with its own context",
  }),
);

const deadline = (seconds: number) =>
  Type.Integer({
    minimum: 1,
    maximum: 86_400,
    default: seconds,
    description: "Seconds after which the step stops itself cleanly, below the timeout of its Task",
  });

export function isStep(declaration: AnyDeclaration): declaration is AnyStepDeclaration {
  return "results" in declaration;
}

/** The declared params followed by those that every step or command has. A declaration's own win. */
export function allParams(declaration: AnyDeclaration): TProperties {
  const common = isStep(declaration)
    ? {
        deadline: deadline(declaration.deadlineSeconds ?? defaultDeadlineSeconds),
        "log-level": logLevel,
        "run-uid": runUid,
      }
    : { "log-level": logLevel };
  return {
    ...declaration.params,
    ...Object.fromEntries(Object.entries(common).filter(([name]) => !(name in declaration.params))),
  };
}
