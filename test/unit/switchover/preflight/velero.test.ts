import { describe, expect, test } from "@jest/globals";
import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import { bsl, sameStorage } from "../../../../steps/switchover/preflight/checks/bsl.ts";
import { dpa, oadp } from "../../../../steps/switchover/preflight/checks/oadp.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import { absent, down, forbidden, hubs, onPrimary, onSecondary, settings, storage } from "./observations.ts";
import { describeRules } from "./rule-table.ts";

const healthy = hubs();

describeRules(oadp, [
  { given: "a ready Velero pod on each", finds: [["passed primary", "1 Velero pod ready"], ["passed secondary"]] },
  {
    given: "no Velero pod",
    observed: onPrimary({ veleroPods: read([]) }),
    finds: [["critical primary", "has no Velero pod", "DataProtectionApplication"], ["passed secondary"]],
  },
  {
    given: "no backup namespace",
    observed: onSecondary({ namespaces: { ...healthy.secondary.namespaces, backup: read(false) } }),
    finds: [["passed primary"], ["critical secondary", "does not exist"]],
  },
  {
    given: "a Velero pod that is not ready",
    observed: onSecondary({ veleroPods: read([{ name: "velero-1", phase: "Pending", ready: false }]) }),
    finds: [["passed primary"], ["warning secondary", "velero-1 (Pending)", "see the pod's events"]],
  },
  {
    given: "one of two pods ready",
    observed: onPrimary({
      veleroPods: read([
        { name: "old", phase: "Running", ready: false },
        { name: "new", phase: "Running", ready: true },
      ]),
    }),
    finds: [["passed primary"], ["passed secondary"]],
  },
  {
    given: "pods that may not be listed",
    observed: onPrimary({ veleroPods: forbidden }),
    finds: [["critical primary", "the account may not do that", "grant it"], ["passed secondary"]],
  },
]);

const application = (name: string, status?: string) => ({
  name,
  conditions: status === undefined ? [] : [{ type: "Reconciled", status, message: "no credentials" }],
});

describeRules(dpa, [
  { given: "one that is reconciled", finds: [["passed primary", "dpa reconciled"], ["passed secondary"]] },
  {
    given: "none",
    observed: onPrimary({ dataProtection: read([]) }),
    finds: [["critical primary", "has no DataProtectionApplication", "create one"], ["passed secondary"]],
  },
  {
    given: "two, of which the second is not reconciled",
    observed: onSecondary({ dataProtection: read([application("first", "True"), application("second", "False")]) }),
    finds: [["passed primary"], ["critical secondary", "second: no credentials", "as its condition says"]],
  },
  {
    given: "one that OADP has not looked at",
    observed: onPrimary({ dataProtection: read([application("fresh")]) }),
    finds: [["critical primary", "fresh: no condition Reconciled"], ["passed secondary"]],
  },
  {
    given: "no OADP",
    observed: onSecondary({ dataProtection: absent("DataProtectionApplication.oadp.openshift.io") }),
    finds: [["passed primary"], ["critical secondary", "does not serve", "cluster-backup"]],
  },
]);

const gone = storage({ phase: "Unavailable", message: "access denied" });
const other = storage({ name: "dpa-2", isDefault: false });

describeRules(bsl, [
  { given: "available ones", finds: [["passed primary", "dpa-1 is Available"], ["passed secondary"]] },
  {
    given: "none",
    observed: onPrimary({ storageLocations: read([]) }),
    finds: [["critical primary", "there is none", "bucket, credentials"], ["passed secondary"]],
  },
  {
    given: "only one that is not available",
    observed: onSecondary({ storageLocations: read([gone]) }),
    finds: [["passed primary"], ["critical secondary", "dpa-1 is Unavailable: access denied"]],
  },
  {
    given: "the one of the newest backup not available, another available",
    observed: onPrimary({ storageLocations: read([gone, other]) }),
    finds: [["critical primary", "the newest managed-clusters backup lies there"], ["passed secondary"]],
  },
  {
    given: "one without use not available",
    observed: onPrimary({ storageLocations: read([storage(), { ...other, phase: "Unavailable" }]) }),
    finds: [["warning primary", "dpa-2 is Unavailable", "bucket, credentials"], ["passed secondary"]],
  },
  {
    given: "one that Velero has not validated yet",
    observed: onPrimary({ storageLocations: read([storage({ phase: "" })]) }),
    finds: [["critical primary", "dpa-1 is without a phase"], ["passed secondary"]],
  },
  {
    given: "an available one that no DataProtectionApplication made",
    observed: onSecondary({ storageLocations: read([storage({ owned: false })]) }),
    finds: [["passed primary"], ["warning secondary", "has no owner", "DataProtectionApplication"]],
  },
  {
    given: "locations that may not be listed",
    observed: onSecondary({ storageLocations: forbidden }),
    finds: [["passed primary"], ["critical secondary"]],
  },
]);

describe("a storage location that was seen Unavailable once", () => {
  // The wait is planned, not begun: it needs no hub.
  const clientOf = () => ({}) as KubeClient;
  const time = { elapsedMs: 0, now: 0 };

  test("is looked at again before that is believed, on that hub only", () => {
    const wait = bsl.wait?.(onSecondary({ storageLocations: read([gone]) }), settings)?.build(clientOf);
    expect(wait?.timeoutMs).toBe(settings.waits.storageGrace * 1000);
    expect(Object.keys(wait?.sources ?? {})).toEqual(["secondary"]);
    expect(wait?.decide({ secondary: [gone] }, time)).toMatchObject({ state: "pending" });
    expect(wait?.decide({ secondary: [storage()] }, time)).toMatchObject({ state: "done" });
  });

  test("is not waited for where all are available, or none is there to become so", () => {
    expect(bsl.wait?.(hubs(), settings)).toBeUndefined();
    expect(bsl.wait?.(onSecondary({ storageLocations: read([]) }), settings)).toBeUndefined();
    expect(bsl.wait?.(onSecondary({ storageLocations: forbidden }), settings)).toBeUndefined();
  });
});

const secondaryStorage = (...locations: readonly ReturnType<typeof storage>[]) =>
  onSecondary({ storageLocations: read(locations) });

describeRules(sameStorage, [
  { given: "one bucket and prefix", finds: [["passed both", '"acm-backups"']] },
  {
    given: "A-17: another bucket",
    observed: secondaryStorage(storage({ bucket: "other" })),
    finds: [["critical both", 'bucket "acm-backups" and "other"', "one bucket and prefix"]],
  },
  {
    given: "another prefix",
    observed: secondaryStorage(storage({ prefix: "hub2" })),
    finds: [["critical both", 'prefix "hub" and "hub2"']],
  },
  {
    given: "another endpoint and region, perhaps of the same place",
    observed: secondaryStorage(storage({ config: { region: "eu", s3Url: "https://s3" } })),
    finds: [["warning both", "s3Url", "one bucket and prefix"]],
  },
  {
    given: "a setting that says nothing of the place",
    observed: secondaryStorage(storage({ config: { region: "local", profile: "default" } })),
    finds: [["passed both"]],
  },
  {
    given: "spellings of one place",
    observed: secondaryStorage(storage({ provider: "velero.io/aws", prefix: "/Hub/", config: { region: "LOCAL" } })),
    finds: [["passed both"]],
  },
  {
    given: "a default that differs, beside the location of the newest backups",
    observed: secondaryStorage(storage({ name: "scratch", bucket: "scratch" }), storage({ isDefault: false })),
    finds: [["passed both"]],
  },
  {
    given: "a hub without one",
    observed: secondaryStorage(),
    finds: [["critical both", "no BackupStorageLocation to compare"]],
  },
  { given: "a primary that is down", observed: down("primary"), finds: [["skipped both"]] },
]);
