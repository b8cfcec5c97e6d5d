import { describe, expect, test } from "@jest/globals";
import { selectContext } from "../../../../steps/lib/kube/kubeconfig.ts";
import { parseKubeconfig } from "../../../../steps/lib/kube/load-kubeconfig.ts";
import { accountKubeconfig, kubeconfigFileName } from "../../../../steps/switchover/setup/account-kubeconfig.ts";
import { tokenSeconds } from "../../../../steps/switchover/setup/token-duration.ts";

const hub = {
  context: "default/api-east:6443/admin",
  cluster: "api-east:6443",
  server: "https://api.east.example.com:6443",
  authority: "-----BEGIN CERTIFICATE-----\n",
  tlsServerName: "east",
  proxyUrl: "http://proxy:3128",
};
const account = "acm-switchover-operator";

describe("the kubeconfig of an account", () => {
  const { text, context } = accountKubeconfig(hub, account, "the-token");
  const selected = selectContext(parseKubeconfig("made", text), undefined);

  test("reaches the hub as the administrator's does, with the account's token", () => {
    expect(selected.cluster).toMatchObject({ tlsServerName: "east", proxyUrl: "http://proxy:3128" });
    expect(selected.cluster.server.href).toBe("https://api.east.example.com:6443/");
    expect(selected.cluster.certificateAuthority).toMatchObject({
      data: Buffer.from(hub.authority).toString("base64"),
    });
    expect(text).toContain("token: the-token");
  });

  test("has a user and a context of its own, so that it can be merged with others", () => {
    expect(context).toBe("default/api-east:6443/admin-acm-switchover-operator@api-east:6443");
    expect(selected.contextName).toBe(context);
  });

  test("trusts the system's authorities where the administrator's does", () => {
    const { authority: _authority, ...plain } = hub;
    expect(accountKubeconfig(plain, account, "t").text).not.toContain("certificate-authority");
  });
});

test.each([
  ["default/api-east:6443/kube:admin", "default-api-east-6443-kube-admin-acm-switchover-operator.kubeconfig"],
  ["../../etc/passwd", "etc-passwd-acm-switchover-operator.kubeconfig"],
  ["…", "hub-acm-switchover-operator.kubeconfig"],
  ["hub_east.1", "hub_east.1-acm-switchover-operator.kubeconfig"],
])("the context %p gives the file name %p", (context, file) => {
  expect(kubeconfigFileName(context, account)).toBe(file);
});

test("a context of any length gives a name that a file may have", () => {
  expect(kubeconfigFileName("a".repeat(1000), account).length).toBeLessThan(255);
});

describe("the span of a token", () => {
  test.each([
    ["48h", 172_800],
    ["90m", 5_400],
    ["600s", 600],
  ])("%s is %i seconds", (text, seconds) => {
    expect(tokenSeconds(text)).toBe(seconds);
  });

  test.each(["9m", "599s", "9999999h"])("%s is refused", (text) => {
    expect(() => tokenSeconds(text)).toThrow(`token-duration "${text}" is out of bounds`);
  });
});
