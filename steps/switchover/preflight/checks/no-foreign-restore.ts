import { findPassiveRestore, isActiveRestore } from "../../acm/acm-restore.ts";
import { isUsable } from "../../acm/backup-storage.ts";
import { activationRestoreNames, annotation } from "../../acm/constants.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, warning } from "../finding.ts";
import type { HubObservation } from "../observation.ts";
import { valueOr } from "../reading.ts";
import type { PreflightSettings } from "../settings.ts";

/** No other Restore on the secondary would make ours end at once: the operator runs one at a time. */
export const noForeignRestore: Check = {
  id: "no-foreign-restore",
  number: 26,
  name: "No other Restore is active on the secondary",
  hubs: ["secondary"],
  modes: "both",
  remedy: "wait until the other Restore has ended, or delete it",
  onResume: "until-activation",
  evaluate: ({ secondary }, settings) =>
    judge(secondary.restores, {
      hub: "secondary",
      unreadable: "critical",
      decide: (restores) => {
        // The passive one is activated in place, or deleted before another is created.
        const ours = findPassiveRestore(restores);
        const others = restores.filter((restore) => restore !== ours && !isOurs(restore, settings));
        const findings = others.flatMap((restore) => evaluateRestore(restore, secondary));
        return findings.length > 0 ? findings : [passed("secondary", "no other Restore is active")];
      },
    }),
};

/**
 * Activated or created by this operation, or being deleted by it: once an activation is planned, what stands under its
 * names is archived, deleted and waited for.
 */
function isOurs({ metadata }: AcmRestore, { activatedRestoreUid, activationMarker }: PreflightSettings): boolean {
  if (activatedRestoreUid !== undefined && metadata.uid === activatedRestoreUid) return true;
  if (activationMarker === undefined) return false;
  return (
    metadata.annotations?.[annotation.activation] === activationMarker ||
    (metadata.deletionTimestamp !== undefined && activationRestoreNames.has(metadata.name))
  );
}

function evaluateRestore(restore: AcmRestore, secondary: HubObservation): readonly Finding[] {
  const { name, deletionTimestamp } = restore.metadata;
  if (isActiveRestore(restore)) {
    return [deletionTimestamp === undefined ? active(restore) : deleting(restore, secondary)];
  }
  return activationRestoreNames.has(name)
    ? [
        warning(
          "secondary",
          `Restore ${name} is left over from an earlier run (${phaseOf(restore)})`,
          "nothing to do: it is archived and deleted before the activation",
        ),
      ]
    : [];
}

function active(restore: AcmRestore): Finding {
  const { name } = restore.metadata;
  return critical(
    "secondary",
    `Restore ${name} is active (${phaseOf(restore)})`,
    `wait until it is Finished, or delete Restore ${name}`,
  );
}

/** One being deleted is active until it is gone, and goes only with a running Velero and an Available location. */
function deleting(restore: AcmRestore, { veleroPods, storageLocations }: HubObservation): Finding {
  const hindrances = [
    ...(valueOr(veleroPods, []).some(({ ready }) => ready) ? [] : ["no Velero pod is ready"]),
    ...(valueOr(storageLocations, []).some(isUsable) ? [] : ["no BackupStorageLocation is usable"]),
  ];
  const why = hindrances.length === 0 ? "" : `; ${hindrances.join(" and ")}, without which the deletion does not end`;
  return critical(
    "secondary",
    `Restore ${restore.metadata.name} is being deleted and counts as active until it is gone${why}`,
    hindrances.length === 0
      ? "wait until it is gone"
      : "mend that and wait until it is gone; never edit its finalizers",
  );
}

function phaseOf({ status }: AcmRestore): string {
  return status?.phase === undefined || status.phase === "" ? "no phase yet" : status.phase;
}
