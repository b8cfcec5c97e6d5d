import { source } from "../../../lib/kube/live-collection.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { newestOfType } from "../../acm/backup.ts";
import {
  compareStorage,
  describeStorage,
  locationInUse,
  type StorageLocation,
  summariseStorageLocation,
} from "../../acm/backup-storage.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import { backupStorageLocations } from "../../acm/resources.ts";
import type { Check, WaitRequest } from "../check.ts";
import { critical, type Finding, judge, passed, warning } from "../finding.ts";
import { nameList } from "../name-list.ts";
import type { HubObservation, Observation } from "../observation.ts";
import { allOf, valueOr } from "../reading.ts";
import type { PreflightSettings } from "../settings.ts";

const credentials = "check bucket, credentials and network of the DataProtectionApplication's backup location";

/** Backup storage is reachable from each hub. */
export const bsl: Check = {
  id: "bsl",
  number: 14,
  name: "Backup storage is available",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "mend the object storage, its credentials or its certificate until the BackupStorageLocation is Available",
  onResume: "always",
  wait: waitForAvailable,
  evaluate: ({ primary, secondary }, { namespaces }) =>
    [primary, secondary].flatMap((hub) => evaluateHub(hub, namespaces.backup)),
};

/** Velero validates about once a minute and was seen to report a lone `Unavailable` of some 15 s without cause. */
function waitForAvailable(observation: Observation, settings: PreflightSettings): WaitRequest | undefined {
  const down = (["primary", "secondary"] as const).filter((hub) =>
    valueOr(observation[hub].storageLocations, []).some(isDown),
  );
  if (down.length === 0) {
    return undefined;
  }
  const query = { namespace: settings.namespaces.backup };
  return {
    title: `looking again at the backup storage of ${down.join(" and ")}`,
    awaited: [],
    build: (clientOf) =>
      waitOn({
        title: "waiting for BackupStorageLocations to be Available",
        sources: Object.fromEntries(
          down.map((hub) => [hub, source(clientOf(hub), backupStorageLocations, query, summariseStorageLocation)]),
        ),
        decide: (snapshot) => {
          const left = Object.values(snapshot).flat().filter(isDown).map(describeStorage);
          return left.length === 0
            ? { state: "done", note: "every BackupStorageLocation is Available" }
            : { state: "pending", note: nameList(left) };
        },
        timeoutMs: settings.waits.storageGrace * 1000,
      }),
  };
}

function isDown(location: StorageLocation): boolean {
  return location.phase === "Unavailable";
}

function evaluateHub(observed: HubObservation, namespace: string): readonly Finding[] {
  const { hub } = observed;
  return judge(observed.storageLocations, {
    hub,
    unreadable: "critical",
    decide: (locations) => {
      const available = locations.filter(({ phase }) => phase === "Available");
      if (available.length === 0) {
        const detail = locations.length === 0 ? "there is none" : nameList(locations.map(describeStorage));
        return [critical(hub, `no BackupStorageLocation in ${namespace} is Available: ${detail}`, credentials)];
      }
      const findings = [
        ...locations.filter((one) => one.phase !== "Available").map((one) => unavailable(observed, one)),
        ...available.filter(({ owned }) => !owned).map(({ name }) => unowned(hub, name)),
      ];
      return findings.length > 0 ? findings : [passed(hub, nameList(available.map(describeStorage)))];
    },
  });
}

function unavailable(observed: HubObservation, location: StorageLocation): Finding {
  return location.name === newestBackupLocation(observed)
    ? critical(observed.hub, `${describeStorage(location)}; the newest managed-clusters backup lies there`, credentials)
    : warning(observed.hub, describeStorage(location), credentials);
}

function unowned(hub: HubName, name: string): Finding {
  return warning(
    hub,
    `${name} is Available but has no owner, and the backup operator uses only locations that a DataProtectionApplication made`,
    "define the location in a DataProtectionApplication",
  );
}

/** Both hubs keep their backups in one place, so that each sees the other's. */
export const sameStorage: Check = {
  id: "same-storage",
  number: 15,
  name: "Both hubs use the same backup storage",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "let the storage locations of both hubs name the same bucket, prefix and endpoint",
  onResume: "never",
  evaluate: ({ primary, secondary }) =>
    judge(allOf(primary.storageLocations, secondary.storageLocations), {
      hub: "both",
      unreadable: "critical",
      decide: ([first, second]) => {
        const a = locationInUse(first, newestBackupLocation(primary));
        const b = locationInUse(second, newestBackupLocation(secondary));
        return a === undefined || b === undefined
          ? [critical("both", "a hub has no BackupStorageLocation to compare, see bsl", credentials)]
          : [compareLocations(a, b)];
      },
    }),
};

function compareLocations(a: StorageLocation, b: StorageLocation): Finding {
  const { place, settings } = compareStorage(a, b);
  const fix = "point the DataProtectionApplications of both hubs at one bucket and prefix";
  if (place.length > 0) {
    return critical("both", `primary and secondary differ in ${[...place, ...settings].join("; ")}`, fix);
  }
  if (settings.length > 0) {
    return warning("both", `same bucket, but primary and secondary differ in ${settings.join("; ")}`, fix);
  }
  return passed("both", `${a.provider} bucket ${JSON.stringify(a.bucket)}, prefix ${JSON.stringify(a.prefix)}`);
}

function newestBackupLocation(observed: HubObservation): string | undefined {
  return newestOfType(valueOr(observed.backups, []), "managedClusters")?.storageLocation;
}
