/**
 * The declaration of a Secret with a kubeconfig that is mounted as a workspace.
 *
 * @example kubeconfigWorkspace("the old hub", "; left out when not bound")
 */
export function kubeconfigWorkspace(whose: string, note = "") {
  return {
    description: `Secret with the kubeconfig of ${whose} (key kubeconfig, optional key ca.crt)${note}`,
    readOnly: true,
    optional: true,
    secret: true,
  } as const;
}
