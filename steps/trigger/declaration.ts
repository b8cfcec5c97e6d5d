import { Type } from "typebox";
import type { CommandContext } from "../lib/step/types.ts";

// The interface of `trigger`, apart from its work, which is loaded only when it runs.

export const triggerParams = {
  pipeline: Type.String({
    default: "",
    pattern: "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$",
    description: "Installed Pipeline to start, for example switchover-validate",
  }),
  "trigger-template": Type.String({
    default: "",
    pattern: "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$",
    description: "TriggerTemplate to render instead, so that a schedule starts what a POST would start",
  }),
  namespace: Type.String({
    default: "fairlead",
    pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
    description: "Namespace of the Pipeline and its runs, for example fairlead",
  }),
  param: Type.Array(Type.String(), { default: [], description: "Parameter as name=value, repeatable" }),
  workspace: Type.Array(Type.String(), {
    default: [],
    description: "Workspace as name=claim:NAME, name=secret:NAME, name=config:NAME or name=empty, repeatable",
  }),
  "service-account": Type.String({
    default: "",
    pattern: "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$",
    description: "ServiceAccount that the steps run under, for example switchover-runner",
  }),
  "run-name": Type.String({
    default: "",
    pattern: "^([a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?)?$",
    description: "Exact name of the run; starting it again finds the first instead of making a second",
  }),
  each: Type.String({
    default: "",
    description:
      "File with a YAML or JSON list of runs, each with a name and its own params and workspaces beside those given here",
  }),
  parallel: Type.Integer({
    minimum: 1,
    maximum: 20,
    default: 1,
    description: "How many runs of --each go at once, for example 3",
  }),
  "keep-going": Type.Boolean({ default: false, description: "Start the other runs of --each although one failed" }),
  wait: Type.Union([Type.Literal("end"), Type.Literal("accepted")], {
    default: "end",
    description: "Return when the run ended, or as soon as Tekton accepted it",
  }),
  logs: Type.Boolean({ default: true, description: "Show the log of each step while it runs" }),
  kubeconfig: Type.String({
    default: "",
    description: "Kubeconfig of the cluster that runs Tekton; KUBECONFIG or ~/.kube/config when empty",
  }),
  context: Type.String({ default: "", description: "Context of that kubeconfig; its current one when empty" }),
  "in-cluster": Type.Boolean({ default: false, description: "Use the ServiceAccount of this pod, as the CronJobs do" }),
};

export type TriggerContext = CommandContext<typeof triggerParams>;
