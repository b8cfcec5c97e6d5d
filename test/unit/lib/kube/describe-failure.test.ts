import { describe, expect, test } from "@jest/globals";
import { describeApplyConflict, describeFailure } from "../../../../steps/lib/kube/describe-failure.ts";
import type { KubeFailure, KubeReason } from "../../../../steps/lib/kube/kube-error.ts";
import type { Resource } from "../../../../steps/lib/kube/types.ts";

const restores: Resource = {
  group: "cluster.open-cluster-management.io",
  version: "v1beta1",
  plural: "restores",
  kind: "Restore",
  scope: "namespaced",
};
const primary = { target: "primary", server: "https://api.hub:6443" };
const oneRestore = { ...primary, verb: "patch", resource: restores, namespace: "backup", name: "activate" };

function failure(reason: KubeReason, message: string): KubeFailure {
  return { reason, status: 0, message };
}

describe("the text of a failed call", () => {
  test("names verb, object and hub", () => {
    expect(describeFailure(oneRestore, failure("NotFound", "gone")).text).toEqual({
      id: "KUBE-04",
      what: 'patch Restore backup/activate on "primary" found nothing',
      why: "gone",
      fix: "check the name and the namespace",
    });
  });

  test("names who lacks which permission where", () => {
    const message = 'restores is forbidden: User "system:serviceaccount:a:b" cannot list resource "restores"';
    const { text } = describeFailure(
      { ...primary, verb: "list", resource: restores, namespace: "backup" },
      failure("Forbidden", message),
    );
    expect(text).toEqual({
      id: "KUBE-02",
      what: 'list restores.cluster.open-cluster-management.io in namespace backup on "primary" is forbidden',
      why: message,
      fix: 'grant "system:serviceaccount:a:b" on "primary" the verb "list" on restores.cluster.open-cluster-management.io in namespace backup',
    });
  });

  test.each([
    ["namespaced" as const, "in all namespaces"],
    ["cluster" as const, "at cluster scope"],
  ])("says how far a permission without a namespace reaches (%s)", (scope, where) => {
    const attempt = { ...primary, verb: "watch", resource: { ...restores, scope } };
    expect(describeFailure(attempt, failure("Forbidden", "no")).text.fix).toBe(
      `grant the account on "primary" the verb "watch" on restores.cluster.open-cluster-management.io ${where}`,
    );
  });

  test("names a subresource", () => {
    const attempt = { ...oneRestore, subresource: "status" };
    expect(describeFailure(attempt, failure("Forbidden", "no")).text.fix).toContain(
      "restores.cluster.open-cluster-management.io/status in namespace backup",
    );
  });

  test("says that an admission refusal is no missing permission", () => {
    const { text } = describeFailure(
      oneRestore,
      failure("AdmissionDenied", 'admission webhook "x" denied the request: y'),
    );
    expect(text.id).toBe("KUBE-03");
    expect(text.why).toBe('admission webhook "x" denied the request: y');
    expect(text.fix).toBe("correct what the message names, then start again");
  });

  test("names the CustomResourceDefinition that is not installed", () => {
    expect(describeFailure(oneRestore, failure("KindAbsent", "")).text).toMatchObject({
      id: "KUBE-05",
      why: 'the CustomResourceDefinition of restores.cluster.open-cluster-management.io is not installed on "primary"',
    });
  });

  test("tells an expired login from a refused one", () => {
    const expired = {
      ...failure("Unauthorized", "its token was valid until 2026-01-01T00:00:00.000Z"),
      expired: true,
    } as const;
    expect(describeFailure(oneRestore, expired).text).toEqual({
      id: "KUBE-18",
      what: 'patch Restore backup/activate on "primary" is not possible: the login of the kubeconfig has expired',
      why: "its token was valid until 2026-01-01T00:00:00.000Z",
      fix: 'put a fresh token or certificate into the kubeconfig of "primary"',
    });
    expect(describeFailure(oneRestore, failure("Unauthorized", "Unauthorized")).text.id).toBe("KUBE-01");
  });

  test("names each field that another manager owns", () => {
    const error = describeApplyConflict(oneRestore, failure("Conflict", "conflict"), [
      { field: ".spec.a", manager: "kubectl" },
      { field: ".spec.b", manager: "argocd" },
    ]);
    expect(error.text).toMatchObject({ id: "KUBE-17", why: ".spec.a (kubectl), .spec.b (argocd)" });
    expect(error.conflicts).toHaveLength(2);
  });

  test("has its own id for each reason", () => {
    const reasons: readonly KubeReason[] = [
      ...(["Unauthorized", "Forbidden", "AdmissionDenied", "NotFound", "KindAbsent", "Conflict"] as const),
      ...(["AlreadyExists", "Gone", "Invalid", "TooManyRequests", "ServerError", "WebhookUnavailable"] as const),
      ...(["Timeout", "Unreachable", "TlsFailed", "BadResponse"] as const),
    ];
    const ids = reasons.map((reason) => describeFailure(oneRestore, failure(reason, "x")).text.id);
    expect(new Set(ids).size).toBe(reasons.length);
    expect(ids.every((id) => /^KUBE-\d\d$/.test(id))).toBe(true);
  });
});

describe("what a failure means for a repetition", () => {
  const call = (reason: KubeReason, more: Partial<KubeFailure> = {}) =>
    describeFailure(oneRestore, { ...failure(reason, "x"), ...more });

  test.each(["TooManyRequests", "ServerError", "WebhookUnavailable", "Timeout", "Unreachable", "BadResponse"] as const)(
    "%s may pass by itself",
    (reason) => {
      expect(call(reason).transient).toBe(true);
    },
  );

  test.each(["Unauthorized", "Forbidden", "AdmissionDenied", "NotFound", "Conflict", "Invalid", "TlsFailed"] as const)(
    "%s lasts",
    (reason) => {
      expect(call(reason).transient).toBe(false);
    },
  );

  test("an answer of something else lasts", () => {
    expect(call("BadResponse", { lasting: true }).transient).toBe(false);
  });

  test.each(["ServerError", "Timeout", "Unreachable", "BadResponse"] as const)(
    "after %s a write may have been carried out",
    (reason) => {
      expect(call(reason).unclear).toBe(true);
    },
  );

  test.each(["TooManyRequests", "WebhookUnavailable", "Conflict", "Forbidden", "TlsFailed"] as const)(
    "after %s nothing was carried out",
    (reason) => {
      expect(call(reason).unclear).toBe(false);
    },
  );

  test("a connection that never came about carried nothing out", () => {
    expect(call("Unreachable", { untouched: true }).unclear).toBe(false);
  });
});
