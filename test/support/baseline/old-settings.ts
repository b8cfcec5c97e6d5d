/** A tombstone of a kind that none has yet. */
export const oldSettings = `apiVersion: v1
kind: ConfigMap
metadata:
  name: old-settings
  namespace: openshift-cnv
  labels:
    platform.kubevirt.io/managed-by: virt-platform-autopilot
`;
