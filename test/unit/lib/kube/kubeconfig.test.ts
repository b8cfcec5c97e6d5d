import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { stringify } from "yaml";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import { selectContext } from "../../../../steps/lib/kube/kubeconfig.ts";
import { mergeKubeconfigs, parseKubeconfig } from "../../../../steps/lib/kube/load-kubeconfig.ts";

const file = "/secret/kubeconfig";

interface Parts {
  readonly cluster?: unknown;
  readonly user?: unknown;
  readonly context?: unknown;
  readonly more?: Readonly<Record<string, unknown>>;
}

function document({ cluster, user, context, more }: Parts = {}): Readonly<Record<string, unknown>> {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "hub", cluster: cluster ?? { server: "https://api.hub:6443" } }],
    users: [{ name: "operator", user: user ?? { token: "secret-token" } }],
    contexts: [{ name: "primary", context: context ?? { cluster: "hub", user: "operator" } }],
    "current-context": "primary",
    ...more,
  };
}

function select(parts: Parts = {}, wanted?: string) {
  return selectContext(parseKubeconfig(file, stringify(document(parts))), wanted);
}

function refusal(work: () => unknown): FairleadError {
  try {
    work();
  } catch (error) {
    if (error instanceof FairleadError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a kubeconfig's context", () => {
  test("names server and user", () => {
    const selected = select();
    expect(selected.cluster.server.href).toBe("https://api.hub:6443/");
    expect(selected.user.token).toBe("secret-token");
    expect(selected).toMatchObject({ contextName: "primary", clusterFolder: "/secret", userFolder: "/secret" });
  });

  test("is found by name", () => {
    expect(select({}, "primary").contextName).toBe("primary");
  });

  test("may be written as JSON", () => {
    expect(selectContext(parseKubeconfig(file, JSON.stringify(document())), undefined).contextName).toBe("primary");
  });

  test("that is mistyped is refused with the names there are and the likely one", () => {
    const error = refusal(() => select({}, "primray"));
    expect(error.exitCode).toBe(2);
    expect(error.text).toEqual({
      id: "KUBE-22",
      what: 'kubeconfig /secret/kubeconfig has no context "primray"',
      why: "it holds: primary",
      fix: 'did you mean "primary"?',
    });
  });

  test("must be named where none is current", () => {
    expect(refusal(() => select({ more: { "current-context": "" } })).text).toEqual({
      id: "KUBE-22",
      what: "kubeconfig /secret/kubeconfig has no current context",
      why: "it holds: primary",
      fix: "name one of its contexts",
    });
  });

  test.each([
    [{ cluster: "other", user: "operator" }, 'there is no cluster "other"'],
    [{ cluster: "hub", user: "other" }, 'there is no user "other"'],
    [{ user: "operator" }, "it names no cluster"],
    [{ cluster: "hub" }, "it names no user"],
  ])("that points nowhere is refused: %j", (context, why) => {
    expect(refusal(() => select({ context })).text).toMatchObject({
      id: "KUBE-23",
      what: 'kubeconfig /secret/kubeconfig has a context "primary" that points nowhere',
      why,
    });
  });
});

describe("a kubeconfig's cluster", () => {
  test.each([true, "true", 1, "yes"])(
    "that turns verification off is refused (insecure-skip-tls-verify: %j)",
    (value) => {
      const cluster = { server: "https://api.hub:6443", "insecure-skip-tls-verify": value };
      expect(refusal(() => select({ cluster })).text).toMatchObject({
        id: "KUBE-24",
        what: "kubeconfig /secret/kubeconfig turns the verification of certificates off",
      });
    },
  );

  test("may say that verification is on", () => {
    expect(select({ cluster: { server: "https://api.hub", "insecure-skip-tls-verify": false } }).contextName).toBe(
      "primary",
    );
  });

  test.each([
    ["http://api.hub:6443", 'has the server "http://api.hub:6443"'],
    ["api.hub:6443", 'has the server "api.hub:6443"'],
    ["", "names no server"],
    ["https://user:secret@api.hub", "has a server address on api.hub with more than host, port and path"],
    ["https://api.hub/?x=1", "has a server address on api.hub with more than host, port and path"],
  ])("with the server %s is refused", (server, what) => {
    const { text } = refusal(() => select({ cluster: { server } }));
    expect(text).toMatchObject({ id: "KUBE-24", what: `kubeconfig /secret/kubeconfig ${what}` });
    expect(JSON.stringify(text)).not.toContain("secret@");
  });

  test("may lie below a path, behind a proxy, under another name", () => {
    const { cluster } = select({
      cluster: {
        server: "https://rancher.example/k8s/clusters/c-1",
        "proxy-url": "http://proxy:3128",
        "tls-server-name": "api.internal",
        "certificate-authority": "ca.pem",
      },
    });
    expect(cluster).toMatchObject({
      proxyUrl: "http://proxy:3128",
      tlsServerName: "api.internal",
      certificateAuthority: { field: "certificate-authority", path: "ca.pem" },
    });
  });
});

describe("a kubeconfig's user", () => {
  test.each([
    [{}, "it holds no token and no certificate"],
    [{ username: "u", password: "p" }, "Kubernetes removed logins by name and password in 1.19"],
  ])("without a login is refused: %j", (user, why) => {
    expect(refusal(() => select({ user })).text).toMatchObject({
      id: "KUBE-23",
      what: 'kubeconfig /secret/kubeconfig has a user "operator" without a login',
      why,
    });
  });

  test.each([
    [{ "client-certificate": "a.crt" }, "client-key is missing"],
    [{ "client-key-data": "YQ==" }, "client-certificate is missing"],
  ])("with half a client certificate is refused: %j", (user, why) => {
    expect(refusal(() => select({ user })).text).toMatchObject({ id: "KUBE-23", why });
  });

  test.each([
    [{ token: 12_345 }, "token"],
    [{ token: "t", "as-groups": "admins" }, "as-groups"],
    [{ exec: "aws" }, "exec"],
    [{ exec: { command: ["aws"] } }, "command"],
    [{ exec: { command: "aws", args: [1] } }, "args"],
    [{ exec: { command: "aws", env: ["A=b"] } }, "exec.env"],
    [{ "auth-provider": { name: "oidc", config: { "id-token": 1 } } }, "id-token"],
  ])("with a field of another type is refused, not used as it is: %j", (user, field) => {
    expect(refusal(() => select({ user })).text).toMatchObject({
      id: "KUBE-23",
      what: `kubeconfig /secret/kubeconfig has a malformed field ${field}`,
    });
  });

  test("of a provider that Kubernetes removed is refused", () => {
    expect(refusal(() => select({ user: { "auth-provider": { name: "gcp" } } })).text).toMatchObject({
      id: "KUBE-24",
      what: 'kubeconfig /secret/kubeconfig uses the auth-provider "gcp"',
    });
  });

  test("may act as somebody else", () => {
    const user = { token: "t", as: "system:serviceaccount:a:b", "as-groups": ["g"] };
    expect(select({ user }).user.impersonate).toEqual({
      user: "system:serviceaccount:a:b",
      groups: ["g"],
      uid: undefined,
    });
  });

  test.each([{ "as-groups": ["g"] }, { as: "x", "as-user-extra": { a: ["b"] } }])(
    "that acts as somebody else in a way that is not understood is refused, since it would act as itself: %j",
    (more) => {
      expect(refusal(() => select({ user: { token: "t", ...more } })).text).toMatchObject({
        id: "KUBE-23",
        what: "kubeconfig /secret/kubeconfig impersonates in a way that is not supported",
      });
    },
  );
});

describe("a kubeconfig's text", () => {
  test.each(["", "just text", "[1, 2]", "clusters: none", '{"kind": "Secret"}'])(
    "that is something else is refused: %j",
    (text) => {
      expect(refusal(() => parseKubeconfig(file, text)).text).toMatchObject({
        id: "KUBE-21",
        what: "kubeconfig /secret/kubeconfig is no kubeconfig",
      });
    },
  );

  test("that is no YAML is refused with the place, without quoting what may be a token", () => {
    const error = refusal(() => parseKubeconfig(file, "clusters:\n  - token: hidden-token\n bad: [hidden-token"));
    expect(error.text).toMatchObject({ id: "KUBE-20", what: "kubeconfig /secret/kubeconfig cannot be read" });
    expect(error.text.why).toMatch(/^it is no YAML \(line \d+, column \d+\)$/);
    expect(JSON.stringify(error.text)).not.toContain("hidden-token");
    expect(error.cause).toBeUndefined();
  });

  test("that explodes by its aliases is refused", () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`,
    );
    expect(refusal(() => parseKubeconfig(file, `a0: &a0 [x]\n${levels.join("\n")}\n`)).text.id).toBe("KUBE-20");
  });

  test("whatever it is never raises anything but a refusal", () => {
    const parts = fc.record(
      { clusters: fc.jsonValue(), users: fc.jsonValue(), contexts: fc.jsonValue(), "current-context": fc.jsonValue() },
      { requiredKeys: [] },
    );
    const nearlyRight = fc.tuple(fc.jsonValue(), fc.jsonValue(), fc.jsonValue()).map(([cluster, user, context]) => ({
      ...document(),
      clusters: [{ name: "hub", cluster }],
      users: [{ name: "operator", user }],
      ...(context === null ? {} : { contexts: [{ name: "primary", context }] }),
    }));
    fc.assert(
      fc.property(fc.oneof(parts, nearlyRight), fc.option(fc.string(), { nil: undefined }), (config, wanted) => {
        try {
          selectContext(parseKubeconfig(file, JSON.stringify(config)), wanted);
          return true;
        } catch (error) {
          return error instanceof FairleadError && /^KUBE-2\d$/.test(error.text.id);
        }
      }),
    );
  });
});

describe("several kubeconfigs", () => {
  const one = parseKubeconfig("/a/one", JSON.stringify(document({ more: { "current-context": "" } })));
  const other = document({ cluster: { server: "https://other" }, more: { "current-context": "second" } });
  const contexts = [
    { name: "primary", context: { cluster: "nowhere", user: "operator" } },
    { name: "second", context: { cluster: "hub", user: "operator" } },
  ];
  const two = parseKubeconfig("/b/two", JSON.stringify({ ...other, contexts }));

  test("are one: the first file that names a thing wins, and the first current context", () => {
    const merged = mergeKubeconfigs(one, [two]);
    expect(merged.currentContext).toBe("second");
    const selected = selectContext(merged, undefined);
    expect(selected.cluster.server.href).toBe("https://api.hub:6443/");
    expect(selected).toMatchObject({ label: "/a/one:/b/two", clusterFolder: "/a" });
  });
});
