import * as Type from "typebox";

/** Where the CRD collection is. */
export const collectionParameter = {
  crds: Type.String({
    maxLength: 4096,
    default: "",
    description: "Folder of the CRD collection, outside of the repository; that of the variable CRDS_DIR when empty",
  }),
};
