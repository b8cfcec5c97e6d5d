import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { apiConnectivity } from "../../../../steps/switchover/preflight/checks/api-connectivity.ts";
import { clockSkew } from "../../../../steps/switchover/preflight/checks/clock-skew.ts";
import { hubIdentityCheck } from "../../../../steps/switchover/preflight/checks/hub-identity.ts";
import { kubeconfigUsers } from "../../../../steps/switchover/preflight/checks/kubeconfig-users.ts";
import { namespace } from "../../../../steps/switchover/preflight/checks/namespace.ts";
import { tokenExpiresAt, tokenExpiry } from "../../../../steps/switchover/preflight/checks/token-expiry.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import { down, forbidden, hour, hubs, minute, now, onPrimary, onSecondary } from "./observations.ts";
import { describeRules } from "./rule-table.ts";

const healthy = hubs();

describeRules(apiConnectivity, [
  {
    given: "both hubs answer",
    finds: [
      ["passed primary", "v1.33.1 answers at https://api.hub-a.example.com:6443"],
      ["passed secondary", "https://api.hub-b.example.com:6443"],
    ],
  },
  {
    given: "the primary does not answer",
    observed: down("primary"),
    finds: [["critical primary", "connection refused", "check the network"], ["passed secondary"]],
  },
  {
    given: "the secondary tells its version to anyone, and refuses its namespaces",
    observed: onSecondary({ namespaces: { ...healthy.secondary.namespaces, backup: forbidden } }),
    finds: [["passed primary"], ["critical secondary", "the account may not do that", "grant it"]],
  },
]);

describeRules(hubIdentityCheck, [
  { given: "two hubs", finds: [["passed both", "primary is hub-a, secondary is hub-b"]] },
  {
    given: "A-16: both kubeconfigs lead to one hub",
    observed: onSecondary({ identity: healthy.primary.identity }),
    finds: [["critical both", "the same hub hub-a", "the kubeconfig and context of the other hub"]],
  },
  {
    given: "A-16: only one of them tells its ClusterVersion, and kube-system is the same",
    observed: onSecondary({ identity: read({ id: "uid-a", clusterId: "", kubeSystemUid: "uid-a" }) }),
    finds: [["critical both", "the same hub"]],
  },
  {
    given: "a hub that says nothing of itself",
    observed: onSecondary({ identity: read(undefined) }),
    finds: [["critical secondary", "neither a ClusterVersion id nor a uid", "OpenShift"]],
  },
  {
    given: "an identity that may not be read",
    observed: onPrimary({ identity: forbidden }),
    finds: [["critical both", "could not be checked", "grant it"]],
  },
  {
    given: "a hub that is down",
    observed: down("primary"),
    finds: [["skipped both"]],
  },
]);

describeRules(kubeconfigUsers, [
  { given: "users that belong to one context each", finds: [["passed both"]] },
  {
    given: "a merged kubeconfig whose contexts share a user",
    observed: { ...healthy, sharedUsers: read([{ hub: "secondary", user: "admin", contexts: ["east", "west"] }]) },
    finds: [["warning secondary", '"admin" belongs to several contexts: east, west', "a user name of its own"]],
  },
  {
    given: "a kubeconfig that cannot be compared",
    observed: { ...healthy, sharedUsers: forbidden },
    finds: [["warning both", "could not be checked"]],
  },
]);

function jwt(claims: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
}

const expiring = (inMs: number) => read({ kind: "token", token: jwt({ exp: (now + inMs) / 1000 }) } as const);

describeRules(tokenExpiry, [
  {
    given: "client certificates",
    finds: [["passed primary", "client-certificate"], ["passed secondary"]],
  },
  {
    given: "a token that is valid for a day",
    observed: onPrimary({ credential: expiring(24 * hour) }),
    finds: [["passed primary", "valid for 1 d"], ["passed secondary"]],
  },
  {
    given: "A-23: a token that has expired",
    observed: onPrimary({ credential: expiring(-hour) }),
    finds: [["critical primary", "expired 1 h ago", "make a new token"], ["passed secondary"]],
  },
  {
    given: "A-23: a token that expires in two hours",
    observed: onSecondary({ credential: expiring(2 * hour) }),
    finds: [["passed primary"], ["warning secondary", "expires soon, in 2 h", "outlives the switchover"]],
  },
  {
    given: "a token that is still valid here, on a hub whose clock is two hours ahead",
    observed: onPrimary({
      credential: expiring(hour),
      connection: read({ gitVersion: "v1", clockOffsetMs: 2 * hour }),
    }),
    finds: [["critical primary", "expired 1 h ago"], ["passed secondary"]],
  },
  {
    given: "a token that is no JSON Web Token",
    observed: onPrimary({ credential: read({ kind: "token", token: "sha256~opaque" }) }),
    finds: [["passed primary", "does not say when it expires"], ["passed secondary"]],
  },
  {
    given: "a token without an expiry",
    observed: onPrimary({ credential: read({ kind: "token", token: jwt({ sub: "x" }) }) }),
    finds: [["passed primary", "does not say"], ["passed secondary"]],
  },
  {
    given: "a credential plugin that fails",
    observed: onPrimary({ credential: forbidden }),
    finds: [["warning primary", "could not be looked at", "make a new token"], ["passed secondary"]],
  },
]);

describe("the expiry of a token", () => {
  test("is read from any token that has one, and no text makes the reader throw", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 4 }), (parts) => {
        expect(["number", "undefined"]).toContain(typeof tokenExpiresAt(parts.join(".")));
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (exp) => {
        expect(tokenExpiresAt(jwt({ exp }))).toBe(exp * 1000);
      }),
    );
  });

  test.each([[jwt({ exp: "soon" })], [jwt(null)], [jwt([1])], ["a.%%%.c"], ["a.b.c.d"], [`a.${"b".repeat(70_000)}.c`]])(
    "is unknown in %.20s",
    (token) => {
      expect(tokenExpiresAt(token)).toBeUndefined();
    },
  );
});

describeRules(namespace, [
  {
    given: "all namespaces",
    finds: [
      ["passed primary", "open-cluster-management exists"],
      ["passed primary", "open-cluster-management-backup exists"],
      ["passed secondary"],
      ["passed secondary"],
    ],
  },
  {
    given: "no ACM on the primary",
    observed: onPrimary({ namespaces: { ...healthy.primary.namespaces, acm: read(false) } }),
    finds: [
      ["critical primary", "namespace open-cluster-management does not exist", "install ACM"],
      ["passed primary"],
      ["passed secondary"],
      ["passed secondary"],
    ],
  },
  {
    given: "no backup component on the secondary",
    observed: onSecondary({ namespaces: { ...healthy.secondary.namespaces, backup: read(false) } }),
    finds: [
      ["passed primary"],
      ["passed primary"],
      ["passed secondary"],
      ["critical secondary", "open-cluster-management-backup does not exist", "cluster-backup"],
    ],
  },
  {
    given: "namespaces of other names",
    settings: {
      namespaces: { acm: "rhacm", backup: "rhacm-backup", observability: "rhacm-observability", engine: "mce" },
    },
    finds: [
      ["passed primary", "rhacm exists"],
      ["passed primary", "rhacm-backup exists"],
      ["passed secondary"],
      ["passed secondary"],
    ],
  },
  {
    given: "a hub that is down",
    observed: down("primary"),
    finds: [["skipped primary"], ["skipped primary"], ["passed secondary"], ["passed secondary"]],
  },
]);

const ahead = (clockOffsetMs: number) => onSecondary({ connection: read({ gitVersion: "v1", clockOffsetMs }) });

describeRules(clockSkew, [
  { given: "clocks that agree", finds: [["passed both", "0 s apart"]] },
  { given: "a clock one minute ahead", observed: ahead(minute), finds: [["passed both", "60 s"]] },
  {
    given: "a clock two minutes behind",
    observed: ahead(-2 * minute),
    finds: [["warning both", "120 s apart", "time servers"]],
  },
]);
