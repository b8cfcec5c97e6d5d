import { fileURLToPath } from "node:url";

/** The checkout. */
export const repositoryRoot: string = fileURLToPath(new URL("../..", import.meta.url));
