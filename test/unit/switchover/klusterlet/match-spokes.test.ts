import { describe, expect, test } from "@jest/globals";
import { parseKubeconfig } from "../../../../steps/lib/kube/load-kubeconfig.ts";
import { contextsIn, matchSpokes, type SpokeContext } from "../../../../steps/switchover/klusterlet/spoke-contexts.ts";

const way = (context: string, host: string): SpokeContext => ({
  target: `spoke/f/${context}`,
  file: "f",
  context,
  host,
});

describe("the way to a managed cluster", () => {
  test("is the kubeconfig of the host that the hub has for the cluster", () => {
    const ways = [way("admin", "api.c1.example.com"), way("c1", "api.other.example.com")];
    expect(matchSpokes([{ name: "c1", host: "api.c1.example.com" }], ways).get("c1")).toBe(ways[0]);
  });

  test("of several to one host is the one that is named as the cluster", () => {
    const ways = [way("admin", "api.c1.example.com"), way("c1", "api.c1.example.com")];
    expect(matchSpokes([{ name: "c1", host: "api.c1.example.com" }], ways).get("c1")).toBe(ways[1]);
  });

  test("is the context of the cluster's name where no kubeconfig has the host, or the hub knows none", () => {
    const ways = [way("c1", "10.0.0.1"), way("c2", "")];
    const found = matchSpokes(
      [
        { name: "c1", host: "api.c1.example.com" },
        { name: "c2", host: "" },
      ],
      ways,
    );
    expect([found.get("c1"), found.get("c2")]).toEqual(ways);
  });

  test("is none where neither fits", () => {
    expect(matchSpokes([{ name: "c1", host: "api.c1.example.com" }], [way("c2", "api.c2.example.com")]).size).toBe(0);
  });

  test("is told apart by file where two have a context of one name", () => {
    const text = JSON.stringify({
      clusters: [{ name: "k", cluster: { server: "https://api.c1.example.com:6443" } }],
      contexts: [{ name: "admin", context: { cluster: "k" } }],
    });
    const targets = ["/spokes/one", "/spokes/two"].flatMap((file) => contextsIn(parseKubeconfig(file, text)));
    expect(targets.map(({ target, host }) => [target, host])).toEqual([
      ["spoke/one/admin", "api.c1.example.com"],
      ["spoke/two/admin", "api.c1.example.com"],
    ]);
  });
});
