import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { classifyAnswer, fieldConflicts } from "../../../../steps/lib/kube/classify-answer.ts";

function status(code: number, fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", code, ...fields });
}

function answer(code: number, body: string, headers: Readonly<Record<string, string>> = {}) {
  return { status: code, headers, body };
}

/** A Status object whose members are anything. */
const oddStatus = fc
  .record({
    message: fc.jsonValue(),
    reason: fc.jsonValue(),
    details: fc.oneof(
      fc.jsonValue(),
      fc.record({ name: fc.jsonValue(), causes: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())) }),
    ),
  })
  .map((fields) => JSON.stringify({ kind: "Status", ...fields }));

const named = { details: { name: "x", kind: "restores" } };
const rbac =
  'restores.cluster.open-cluster-management.io is forbidden: User "system:serviceaccount:a:b" cannot list resource "restores" in API group "cluster.open-cluster-management.io" in the namespace "c"';

describe("the reason of a refusal", () => {
  test.each([
    ["a login that is not accepted", 401, status(401, { reason: "Unauthorized" }), "Unauthorized"],
    ["a login that a proxy in between refuses", 401, "go away", "Unauthorized"],
    ["a missing permission", 403, status(403, { message: rbac }), "Forbidden"],
    [
      "a path without permission",
      403,
      status(403, { message: 'forbidden: User "x" cannot get path "/version"' }),
      "Forbidden",
    ],
    ["an absent object", 404, status(404, named), "NotFound"],
    ["a kind of a known group that is not there", 404, status(404, { reason: "NotFound", details: {} }), "KindAbsent"],
    ["a group that is not there", 404, "404 page not found\n", "KindAbsent"],
    ["a changed object", 409, status(409, { reason: "Conflict", ...named }), "Conflict"],
    ["a taken name", 409, status(409, { reason: "AlreadyExists", ...named }), "AlreadyExists"],
    ["a forgotten version", 410, status(410, { reason: "Expired" }), "Gone"],
    ["an invalid object", 422, status(422, { reason: "Invalid" }), "Invalid"],
    ["a busy server", 429, status(429), "TooManyRequests"],
    ["a busy server that says it in plain text", 429, "Too many requests", "TooManyRequests"],
    ["a defect of the server", 500, status(500, { reason: "InternalError" }), "ServerError"],
    ["a load balancer without a server", 503, "<html>no backend</html>", "ServerError"],
    ["a server that gave up", 504, status(504, { reason: "Timeout" }), "Timeout"],
  ])("%s (%s)", (_name, code, body, reason) => {
    expect(classifyAnswer(answer(code, body), 0).reason).toBe(reason);
  });

  test.each([
    ["a webhook, as 403", 403, 'admission webhook "vrestore.kb.io" denied the request: x'],
    ["a webhook that chose 401", 401, 'admission webhook "a.b" denied the request: x'],
    ["a webhook that chose 409", 409, 'admission webhook "a.b" denied the request: x'],
    ["a webhook that chose 500", 500, 'admission webhook "a.b" denied the request: x'],
    ["a policy", 422, "restores \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"],
    ["a quota", 403, 'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'],
    ["Pod Security", 403, 'pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged'],
    [
      "a namespace that is being deleted",
      403,
      'configmaps "x" is forbidden: unable to create new content in namespace y because it is being terminated',
    ],
  ])("%s is an admission refusal, never a missing permission", (_name, code, message) => {
    expect(classifyAnswer(answer(code, status(code, { message, ...named })), 0)).toMatchObject({
      reason: "AdmissionDenied",
      message,
    });
  });

  test.each([
    'Internal error occurred: failed calling webhook "vrestore.kb.io": failed to call webhook: Post "https://x": dial tcp: connect: connection refused',
    'conversion webhook for example.io/v1, Kind=X failed: Post "https://x": no endpoints available for service "y"',
  ])("a webhook that does not answer is its own reason: %s", (message) => {
    expect(classifyAnswer(answer(500, status(500, { message })), 0).reason).toBe("WebhookUnavailable");
  });

  test("a field that the schema lacks is refused for good, although the server calls it an error of its own", () => {
    const message =
      "failed to create typed patch object (ns/cluster; operator.openshift.io/v1, Kind=KubeDescheduler): .spec.evictionLimits.node: field not declared in schema";
    expect(classifyAnswer(answer(500, status(500, { message })), 0)).toMatchObject({ reason: "Invalid", message });
  });

  test.each([302, 400, 403, 404, 409, 410, 422])(
    "%s of something that is no API server is no fact about the cluster, and is not tried again",
    (code) => {
      const foreign = answer(code, "<html>\n  <b>corporate   proxy</b>", { location: "https://login.example" });
      expect(classifyAnswer(foreign, 0)).toEqual({
        reason: "BadResponse",
        status: code,
        message: `HTTP ${code} towards https://login.example from something that is no API server: <html> <b>corporate proxy</b>`,
        lasting: true,
      });
    },
  );

  test("that was cut off is no fact about the cluster either, but may come whole the next time", () => {
    const whole = status(404, { reason: "NotFound", details: { name: "x" } });
    expect(classifyAnswer(answer(404, whole.slice(0, 40)), 0)).toEqual({
      reason: "BadResponse",
      status: 404,
      message: "the answer (HTTP 404) was cut off after 40 characters",
    });
  });

  test("says the status where the server says nothing", () => {
    expect(classifyAnswer(answer(503, ""), 0).message).toBe("HTTP 503");
  });

  test("never throws, whatever the body is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.oneof(fc.string(), fc.json(), oddStatus), (code, body) => {
        fieldConflicts(body);
        const failure = classifyAnswer(answer(code, body), 0);
        return failure.status === code && failure.message !== "" && failure.message.length < 100_000;
      }),
    );
  });
});

describe("a patch for an object that was made anew", () => {
  test("is a conflict, although the server calls its uid invalid", () => {
    const causes = [{ reason: "FieldValueInvalid", message: "field is immutable", field: "metadata.uid" }];
    const body = status(422, { reason: "Invalid", details: { name: "x", causes } });
    expect(classifyAnswer(answer(422, body), 0).reason).toBe("Conflict");
  });
});

describe("Retry-After", () => {
  test.each([
    ["7", 7000],
    ["0", 0],
    ["Tue, 24 Nov 2026 12:00:09 GMT", 9000],
    ["Tue, 24 Nov 2026 11:00:00 GMT", 0],
    ["soon", undefined],
  ])("%s is %s ms", (header, wait) => {
    const now = Date.parse("2026-11-24T12:00:00Z");
    expect(classifyAnswer(answer(429, "", { "retry-after": header }), now).retryAfterMs).toBe(wait);
  });
});

describe("the fields that stop a server-side apply", () => {
  test("come with their managers", () => {
    const causes = [
      { reason: "FieldManagerConflict", message: 'conflict with "kubectl" using v1', field: ".data.a" },
      {
        reason: "FieldManagerConflict",
        message: 'conflict with "argocd-controller" with subresource "status"',
        field: ".data.b",
      },
      { reason: "FieldValueInvalid", message: "x", field: ".c" },
    ];
    expect(fieldConflicts(status(409, { details: { causes } }))).toEqual([
      { field: ".data.a", manager: "kubectl" },
      { field: ".data.b", manager: "argocd-controller" },
    ]);
  });

  test("are none in an answer that is no Status", () => {
    expect(fieldConflicts("oops")).toEqual([]);
  });
});
