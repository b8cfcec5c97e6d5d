import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { collectionPath, objectPath, queryString } from "../../../../steps/lib/kube/resource-path.ts";
import { restore } from "./fixtures.ts";

const namespaces = { group: "", version: "v1", plural: "namespaces", kind: "Namespace", scope: "cluster" } as const;
const ref = { namespace: "backup", name: "activate" };

describe("the address of an object", () => {
  test("has group, version, namespace, plural and name", () => {
    expect(objectPath(restore, ref)).toBe(
      "/apis/cluster.open-cluster-management.io/v1beta1/namespaces/backup/restores/activate",
    );
    expect(objectPath(restore, ref, "status")).toMatch(/\/activate\/status$/);
    expect(objectPath(namespaces, { name: "x" })).toBe("/api/v1/namespaces/x");
    expect(collectionPath(restore, undefined)).toBe("/apis/cluster.open-cluster-management.io/v1beta1/restores");
  });

  test.each(["", ".", "..", "a/b", "../secrets", "%2e", "x".repeat(254)])(
    "is refused for the name %j, which would be another address",
    (name) => {
      expect(() => objectPath(restore, { ...ref, name })).toThrow("is no name in Kubernetes");
      expect(() => objectPath(restore, { ...ref, namespace: name })).toThrow("is no namespace in Kubernetes");
      expect(() => collectionPath(restore, name)).toThrow("is no namespace in Kubernetes");
    },
  );

  test("is refused for a namespaced object without a namespace", () => {
    expect(() => objectPath(restore, { name: "x" })).toThrow("Restore x needs a namespace");
  });

  test("is either refused or stays what it is when a server normalises it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        let path: string;
        try {
          path = objectPath(restore, { ...ref, name });
        } catch {
          return true;
        }
        return new URL(path, "https://hub").pathname === path && path.split("/").length === 8 && !path.endsWith("/");
      }),
    );
  });
});

describe("a query", () => {
  test("leaves out what is absent and escapes the rest", () => {
    expect(queryString({ a: "x=y&z", b: undefined, c: "", limit: 500, watch: true })).toBe(
      "?a=x%3Dy%26z&limit=500&watch=true",
    );
    expect(queryString({})).toBe("");
  });
});
