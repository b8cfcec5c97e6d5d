import type { ErrorText } from "../errors/fairlead-error.ts";
import {
  type Attempt,
  type FieldConflict,
  KubeConflictError,
  KubeError,
  type KubeFailure,
  type KubeReason,
} from "./kube-error.ts";

function pluralOf(attempt: Attempt): string {
  const { resource, subresource } = attempt;
  if (resource === undefined) {
    return "the API server";
  }
  const group = resource.group === "" ? "" : `.${resource.group}`;
  return `${resource.plural}${group}${subresource === undefined ? "" : `/${subresource}`}`;
}

function objectOf(attempt: Attempt): string {
  if (attempt.resource === undefined) {
    return attempt.server;
  }
  if (attempt.name === undefined || attempt.name === "") {
    return attempt.namespace === undefined
      ? pluralOf(attempt)
      : `${pluralOf(attempt)} in namespace ${attempt.namespace}`;
  }
  const path = attempt.namespace === undefined ? attempt.name : `${attempt.namespace}/${attempt.name}`;
  return `${attempt.resource.kind} ${path}`;
}

function permissionOf(attempt: Attempt): string {
  const everywhere = attempt.resource?.scope === "namespaced" ? "in all namespaces" : "at cluster scope";
  const where = attempt.namespace === undefined ? everywhere : `in namespace ${attempt.namespace}`;
  return `verb "${attempt.verb}" on ${pluralOf(attempt)} ${where}`;
}

/** Who the server says was calling. */
function userOf(failure: KubeFailure): string | undefined {
  return /\bUser "([^"]+)" cannot /.exec(failure.message)?.[1];
}

type Describe = (attempt: Attempt, failure: KubeFailure) => Omit<ErrorText, "id" | "what">;

interface Entry {
  readonly id: string;
  readonly ending: string;
  readonly describe: Describe;
}

const asServerSays = (fix: string): Describe => {
  return (_attempt, failure) => ({ why: failure.message, fix });
};

// One row per reason: id, how the sentence ends, and what to do.
const entries: Readonly<Record<KubeReason, Entry>> = {
  Unauthorized: {
    id: "KUBE-01",
    ending: "was refused: not logged in",
    describe: (attempt) => ({
      why: `the API server ${attempt.server} does not accept the credential of the kubeconfig`,
      fix: `renew the token or certificate in the kubeconfig of "${attempt.target}"`,
    }),
  },
  Forbidden: {
    id: "KUBE-02",
    ending: "is forbidden",
    describe: (attempt, failure) => ({
      why: failure.message,
      fix: `grant ${userOf(failure) === undefined ? "the account" : `"${userOf(failure)}"`} on "${attempt.target}" the ${permissionOf(attempt)}`,
    }),
  },
  AdmissionDenied: {
    id: "KUBE-03",
    ending: "was refused by an admission check",
    describe: asServerSays("correct what the message names, then start again"),
  },
  NotFound: { id: "KUBE-04", ending: "found nothing", describe: asServerSays("check the name and the namespace") },
  KindAbsent: {
    id: "KUBE-05",
    ending: "is not possible: the server does not know this kind",
    describe: (attempt) => ({
      why: `the CustomResourceDefinition of ${pluralOf(attempt)} is not installed on "${attempt.target}"`,
      fix: "install the operator that brings it, or check that the kubeconfig is that of the right cluster",
    }),
  },
  Conflict: {
    id: "KUBE-06",
    ending: "met a change by someone else",
    describe: asServerSays("start again: the object is read anew"),
  },
  AlreadyExists: {
    id: "KUBE-07",
    ending: "found another object of that name",
    describe: asServerSays("look at the existing object; remove it or choose another name"),
  },
  Gone: { id: "KUBE-08", ending: "asked for a version that is gone", describe: asServerSays("start again") },
  Invalid: {
    id: "KUBE-09",
    ending: "was refused as invalid",
    describe: asServerSays("correct the field that the message names, or check the version of the operator"),
  },
  TooManyRequests: {
    id: "KUBE-10",
    ending: "was put off by the server for too long",
    describe: asServerSays("wait until the API server is less busy and start again"),
  },
  ServerError: {
    id: "KUBE-11",
    ending: "failed inside the server",
    describe: asServerSays("look at the API server of this cluster and start again"),
  },
  WebhookUnavailable: {
    id: "KUBE-12",
    ending: "failed because a webhook of the cluster does not answer",
    describe: asServerSays("start the operator that serves the webhook, then start again; this write changed nothing"),
  },
  Timeout: {
    id: "KUBE-13",
    ending: "had no answer in time",
    describe: asServerSays("check the network to the API server and start again"),
  },
  Unreachable: {
    id: "KUBE-14",
    ending: "could not reach the server",
    describe: (attempt, failure) => ({
      why: failure.message,
      fix: `check that ${attempt.server} is up and reachable from here, and the address in the kubeconfig of "${attempt.target}"`,
    }),
  },
  TlsFailed: {
    id: "KUBE-15",
    ending: "was broken off: no trusted connection to the server",
    describe: (attempt, failure) => ({
      why: failure.message,
      fix: `put the right server address and certificate authority into the kubeconfig of "${attempt.target}"; verification cannot be turned off`,
    }),
  },
  BadResponse: {
    id: "KUBE-16",
    ending: "got an answer that is no Kubernetes answer",
    describe: asServerSays("check that the address is that of an API server and that no proxy cuts the answer"),
  },
};

const expiredEntry: Entry = {
  id: "KUBE-18",
  ending: "is not possible: the login of the kubeconfig has expired",
  describe: (attempt, failure) => ({
    why: failure.message,
    fix: `put a fresh token or certificate into the kubeconfig of "${attempt.target}"`,
  }),
};

/**
 * The error of a failed call, as people read it: what was attempted on which object of which hub, why it failed, what
 * to do; a missing permission is named exactly.
 */
export function describeFailure(attempt: Attempt, failure: KubeFailure, cause?: unknown): KubeError {
  const entry = failure.expired === true ? expiredEntry : entries[failure.reason];
  const what = `${attempt.verb} ${objectOf(attempt)} on "${attempt.target}" ${entry.ending}`;
  return new KubeError({ id: entry.id, what, ...entry.describe(attempt, failure) }, failure, attempt, cause);
}

/** The error of a server-side apply that other managers' fields stopped. */
export function describeApplyConflict(
  attempt: Attempt,
  failure: KubeFailure,
  conflicts: readonly FieldConflict[],
): KubeConflictError {
  const fields = conflicts.map((conflict) => `${conflict.field} (${conflict.manager})`).join(", ");
  return new KubeConflictError(
    {
      id: "KUBE-17",
      what: `apply ${objectOf(attempt)} on "${attempt.target}" met fields of other managers`,
      why: fields === "" ? failure.message : fields,
      fix: "let one of the two managers own each field",
    },
    failure,
    attempt,
    conflicts,
  );
}
