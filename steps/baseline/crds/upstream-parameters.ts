import * as Type from "typebox";
import { gitHub } from "./upstream-addresses.ts";

function address(what: string, standard: string) {
  const description = `${what}; that of a mirror where the internet cannot be reached`;
  return Type.String({ minLength: 1, maxLength: 2048, default: standard, description });
}

/** Where the CRDs of other projects are fetched from. */
export const upstreamParameters = {
  "upstream-files": address(
    "Address below which files are, as OWNER/REPOSITORY/COMMIT/PATH, or with the branch for the commit",
    gitHub.files,
  ),
  "upstream-commits": address(
    "Address below which the commits of branches are, as OWNER/REPOSITORY/commits/BRANCH",
    gitHub.commits,
  ),
};
