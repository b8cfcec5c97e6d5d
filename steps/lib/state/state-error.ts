import { FairleadError } from "../errors/fairlead-error.ts";

/** What the file system call was for, as the message needs it. */
export interface FileContext {
  readonly path: string;
  /** `write`, `read`, `lock`, `append to`: completes "could not … <path>". */
  readonly doing: string;
  /** What is certain despite the failure: `the file still holds its previous content; nothing is lost`. */
  readonly assurance: string;
}

interface Explanation {
  readonly id: string;
  readonly why: string;
  readonly fix: string;
}

const noSpace: Explanation = {
  id: "STATE-01",
  why: "no space is left for it on the volume",
  fix: "free space on the volume or raise its quota, then run again",
};
const noPermission: Explanation = {
  id: "STATE-02",
  why: "this user may not do that there",
  fix: "make the directory writable for this user or its group (in a pod: an fsGroup the volume honours), then run again",
};
const readOnly: Explanation = {
  id: "STATE-03",
  why: "the volume is mounted read-only",
  fix: "bind the workspace to a writable volume, then run again",
};

const explanations: Readonly<Record<string, Explanation>> = {
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  // RLIMIT_FSIZE and the file system's own limit of one file's size.
  EFBIG: noSpace,
  EACCES: noPermission,
  EPERM: noPermission,
  EROFS: readOnly,
};

/** The `code` of a failed system call, `undefined` for anything else that was thrown. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Turns a failed system call into an error with id and fix; other values pass unchanged. */
export function asStateError(error: unknown, context: FileContext): unknown {
  const code = errorCode(error);
  if (error instanceof FairleadError || code === undefined) return error;
  const known = explanations[code] ?? {
    id: "STATE-04",
    why: `the volume answered ${code}`,
    fix: "check the volume and its mount, then run again",
  };
  return new FairleadError(
    {
      id: known.id,
      what: `could not ${context.doing} ${context.path}`,
      why: `${known.why} (${code}); ${context.assurance}`,
      fix: known.fix,
    },
    { cause: error },
  );
}
