/** The verbs that a permission may have, in the order in which people write them. */
export const permissionVerbs: readonly string[] = ["get", "list", "watch", "create", "update", "patch", "delete"];
