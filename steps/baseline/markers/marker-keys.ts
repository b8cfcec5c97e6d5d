const prefix = "platform.kubevirt.io";

/**
 * The field manager of every apply, and the value of the managed label. It is the name that virt-platform-autopilot
 * applies by, so that what that operator left is taken over without a second owner.
 */
export const manager = "virt-platform-autopilot";

/** On every object that is kept at the baseline; what does not carry it is never deleted. */
export const managedLabel = `${prefix}/managed-by`;

/** Annotations by which users steer one managed object. They are read of the live object and never applied. */
export const marker = {
  mode: `${prefix}/mode`,
  patch: `${prefix}/patch`,
  ignoreFields: `${prefix}/ignore-fields`,
  reconcilePaused: `${prefix}/reconcile-paused`,
} as const;

export const markerKeys: readonly string[] = Object.values(marker);
