import * as Type from "typebox";

/** Path of a file or folder within a repository, as an installer names it. */
export const repositoryPath = (description: string, otherwise: string) =>
  Type.String({
    pattern: "^[A-Za-z0-9._][A-Za-z0-9._/-]*$|^$",
    maxLength: 1024,
    rule: "a relative path of letters, digits, dots, hyphens and underscores",
    default: otherwise,
    description,
  });

/** Where the platform is described in a repository. */
export const describedParameters = {
  "hco-file": repositoryPath("File of the HyperConverged in the repository", "baseline/hyperconverged.yaml"),
  "context-file": repositoryPath("File context.json of an earlier run in the repository; none when empty", ""),
};

/** Names of the two checkouts below the workspace of sources. */
export const checkoutNames = { head: "head", base: "base" } as const;
