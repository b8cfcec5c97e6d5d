import { describe, expect, test } from "@jest/globals";
import { KubeConfig } from "@kubernetes/client-node";
import { kubeconfig } from "../../../support/api-servers/kubeconfig.ts";
import { createUsers, standardUsers, tokenFile } from "../../../support/api-servers/users.ts";

describe("the kubeconfig of a test user", () => {
  test("names server, authority and token, and does not switch verification off", () => {
    const text = kubeconfig({
      name: "primary",
      url: "https://127.0.0.1:20001",
      authority: "PEM",
      user: "viewer",
      credential: { token: "t" },
    });
    const config = new KubeConfig();
    config.loadFromString(text);
    expect(config.getCurrentContext()).toBe("primary");
    expect(config.getCurrentCluster()).toMatchObject({
      server: "https://127.0.0.1:20001",
      caData: Buffer.from("PEM").toString("base64"),
      skipTLSVerify: false,
    });
    expect(config.getCurrentUser()).toMatchObject({ name: "viewer", token: "t" });
  });
});

describe("the users of a test API server", () => {
  test("have a token each that no other server knows", () => {
    const [first, second] = [createUsers(standardUsers), createUsers(standardUsers)];
    const tokens = [...first.values(), ...second.values()].map((user) => user.token);
    expect(new Set(tokens).size).toBe(10);
  });

  test("are written as kube-apiserver's token file wants them", () => {
    const users = createUsers({ one: ["a", "b"], none: [] });
    const [one, none] = [users.get("one")?.token, users.get("none")?.token];
    expect(tokenFile(users.values())).toBe(`${one},one,one,"a,b"\n${none},none,none,""\n`);
  });
});
