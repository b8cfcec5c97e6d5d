function environmentName(prefix: string, name: string): string {
  return `${prefix}_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** `base-domain` → `PARAM_BASE_DOMAIN`. The mapping is mechanical, so that Task YAML and program cannot disagree. */
export const paramVariable = (name: string): string => environmentName("PARAM", name);

/** `plan-digest` → `RESULT_PLAN_DIGEST`: the path of the file that Tekton reads the result from. */
export const resultVariable = (name: string): string => environmentName("RESULT", name);

/** `state` → `WORKSPACE_STATE`: the mount path, empty when an optional workspace is not bound. */
export const workspaceVariable = (name: string): string => environmentName("WORKSPACE", name);
