import { describe, expect, test } from "@jest/globals";
import { hubIdentity, isSameHub } from "../../../../steps/switchover/acm/hub-identity.ts";

const version = (clusterID: string) => ({ metadata: { name: "version" }, spec: { clusterID } });
const kubeSystem = (uid: string) => ({ metadata: { name: "kube-system", uid } });

function identity(clusterId: string | undefined, uid: string | undefined): NonNullable<ReturnType<typeof hubIdentity>> {
  const found = hubIdentity(
    clusterId === undefined ? undefined : version(clusterId),
    uid === undefined ? undefined : kubeSystem(uid),
  );
  if (found === undefined) throw new Error("no identity");
  return found;
}

describe("the identity of a hub", () => {
  test("is the ClusterVersion's id, else the uid of kube-system, else unknown", () => {
    expect(identity("c", "u").id).toBe("c");
    expect(identity(undefined, "u").id).toBe("u");
    expect(identity("", "u").id).toBe("u");
    expect(hubIdentity(undefined, undefined)).toBeUndefined();
  });

  test("two are the same hub when either id is known on both sides and equal", () => {
    expect(isSameHub(identity("c", "u"), identity("c", "v"))).toBe(true);
    expect(isSameHub(identity(undefined, "u"), identity("c", "u"))).toBe(true);
    expect(isSameHub(identity("c", "u"), identity("d", "v"))).toBe(false);
    expect(isSameHub(identity("c", undefined), identity(undefined, "v"))).toBe(false);
  });
});
