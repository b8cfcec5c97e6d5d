import { describe, expect, test } from "@jest/globals";
import { parseKubeconfig } from "../../../../steps/lib/kube/load-kubeconfig.ts";
import { contextsByServer, serverKey } from "../../../../steps/switchover/discover/known-contexts.ts";

function kubeconfig(file: string, contexts: Readonly<Record<string, string>>) {
  const entries = Object.entries(contexts);
  return parseKubeconfig(
    file,
    JSON.stringify({
      clusters: entries.map(([name, server]) => ({ name: `of-${name}`, cluster: { server } })),
      contexts: entries.map(([name]) => ({ name, context: { cluster: `of-${name}`, user: name } })),
      users: [],
    }),
  );
}

describe("the contexts of kubeconfigs", () => {
  test("of one API server count as one, however its address is written", () => {
    const config = kubeconfig("a", {
      "project-one": "https://api.east.example.com:443",
      "project-two": "https://API.east.example.com/",
      west: "https://api.west.example.com:6443",
    });
    const groups = contextsByServer([config], []);
    expect(groups.map(({ server, contexts }) => [server, contexts.map(({ context }) => context)])).toEqual([
      ["https://api.east.example.com:443", ["project-one", "project-two"]],
      ["https://api.west.example.com:6443", ["west"]],
    ]);
  });

  test("keep the kubeconfig that they come from: two may use one name", () => {
    const groups = contextsByServer(
      [kubeconfig("a", { admin: "https://one:6443" }), kubeconfig("b", { admin: "https://two:6443" })],
      [],
    );
    expect(groups.map(({ contexts }) => contexts)).toEqual([
      [{ kubeconfig: "a", context: "admin" }],
      [{ kubeconfig: "b", context: "admin" }],
    ]);
  });

  test("that lead nowhere stay apart, each to be reported", () => {
    const groups = contextsByServer([kubeconfig("a", { one: "no address", two: "" })], []);
    expect(groups.map(({ server }) => server)).toEqual(["", ""]);
  });

  test("are only those that are named, where any are", () => {
    const config = kubeconfig("a", { east: "https://one:6443", west: "https://two:6443" });
    expect(contextsByServer([config], ["west"]).map(({ server }) => server)).toEqual(["https://two:6443"]);
  });

  test("are refused by name where there is none such, with the nearest one", () => {
    const config = kubeconfig("a", { "hub-east": "https://one:6443" });
    expect(() => contextsByServer([config], ["hub-esat"])).toThrow('there is no context "hub-esat"');
  });
});

test.each(["", "api.example.com", "/path"])("%p is no address of an API server", (address) => {
  expect(serverKey(address)).toBe("");
});
