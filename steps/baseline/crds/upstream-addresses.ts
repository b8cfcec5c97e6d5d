import { type OutboundPolicy, OutboundRefused, outboundUrl } from "../../lib/net/outbound-policy.ts";
import { baselineError } from "../baseline-error.ts";
import { baselineExit } from "../failure/exit-code.ts";
import type { CrdSource } from "./sources.ts";

/** Where the repositories of the sources are read: GitHub, or a mirror that is laid out like it. */
export interface UpstreamAddresses {
  /** Files are below it as `<owner>/<name>/<commit or branch>/<path>`. */
  readonly files: string;
  /** Commits of branches are below it as `<owner>/<name>/commits/<branch>`. */
  readonly commits: string;
}

export const gitHub: UpstreamAddresses = {
  files: "https://raw.githubusercontent.com",
  commits: "https://api.github.com/repos",
};

const ownHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** By HTTPS alone, but for a mirror on this very host: what is said to it passes no network. Pure. */
export function upstreamPolicy(url: string): OutboundPolicy {
  const isOwnHost = URL.canParse(url) && ownHost.test(new URL(url).hostname);
  return { plainHttp: isOwnHost, loopback: isOwnHost };
}

function assertUsable(parameter: string, address: string): void {
  try {
    outboundUrl(address, upstreamPolicy(address));
  } catch (error) {
    if (!(error instanceof OutboundRefused)) throw error;
    throw baselineError(
      "BASE-CRD-05",
      {
        what: `no CRD can be fetched from the address in ${parameter}`,
        why: error.message,
        fix: "give an https address without user name and password; http is for a mirror on this host alone",
      },
      baselineExit.invalidInput,
    );
  }
}

/** The addresses as the parameters have them. @throws FairleadError BASE-CRD-05 (exit 2) */
export function upstreamAddresses(params: {
  readonly "upstream-files": string;
  readonly "upstream-commits": string;
}): UpstreamAddresses {
  const addressIn = (parameter: keyof typeof params): string => {
    assertUsable(parameter, params[parameter]);
    return params[parameter].replace(/\/+$/, "");
  };
  return { files: addressIn("upstream-files"), commits: addressIn("upstream-commits") };
}

/** The commit that a branch points at, as GitHub's API answers it to `accept: application/vnd.github.sha`. Pure. */
export function commitUrl({ repo, ref }: CrdSource, { commits }: UpstreamAddresses): string {
  return `${commits}/${repo}/commits/${encodeURIComponent(ref)}`;
}

/** The file as it is at a commit, or at the branch. Pure. */
export function fileUrl(
  { repo, ref, path }: CrdSource,
  commit: string | undefined,
  { files }: UpstreamAddresses,
): string {
  return `${files}/${repo}/${commit ?? ref}/${path}`;
}
