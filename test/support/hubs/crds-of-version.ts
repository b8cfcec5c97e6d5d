import type { TestApiServer } from "../api-servers.ts";

interface Absent {
  readonly crd: string;
  /** Path below `properties` of the schema. */
  readonly field: string;
  /** The 2.x release that brought it. */
  readonly since: number;
}

const schedules = "backupschedules.cluster.open-cluster-management.io";

const fields: readonly Absent[] = [
  { crd: schedules, field: "spec/properties/paused", since: 12 },
  { crd: schedules, field: "spec/properties/skipImmediately", since: 13 },
  { crd: schedules, field: "spec/properties/useOwnerReferencesInBackup", since: 13 },
  {
    crd: "restores.cluster.open-cluster-management.io",
    field: "status/properties/completionTimestamp",
    since: 12,
  },
];

/** Takes out of the CRDs what the ACM release does not know yet: the API server prunes it from every object then. */
export async function trimCrds(server: Pick<TestApiServer, "kubectl">, version: string): Promise<void> {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 2) return;
  for (const { crd, field } of fields.filter(({ since }) => minor < since)) {
    const path = `/spec/versions/0/schema/openAPIV3Schema/properties/${field}`;
    await server.kubectl(["patch", "crd", crd, "--type=json", "-p", JSON.stringify([{ op: "remove", path }])]);
  }
}
