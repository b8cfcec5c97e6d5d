// What several steps of the area declare alike.

/** The cluster that a step works on. */
export const kubeconfigWorkspace = {
  description:
    "Secret with a kubeconfig of the cluster (key kubeconfig); without it the cluster that the step runs in, or, outside of one, the current context",
  readOnly: true,
  optional: true,
  secret: true,
} as const;

/** A result that counts something. */
export const countResult = (description: string) => ({ description, neutral: "0" });

/** Results that every step of the area ends with. */
export const endResults = {
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

/** How many assets came to what, where they are shown and not applied. */
export const shownResults = {
  included: countResult("Assets that would be applied"),
  excluded: countResult("Assets that are not wanted there, or have nothing to say"),
  filtered: countResult("Assets that a rule of the HyperConverged takes out"),
  errors: countResult("Assets that cannot be rendered"),
} as const;
