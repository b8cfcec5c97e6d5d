import { acmVersionCheck, acmVersionMatch } from "../../../../steps/switchover/preflight/checks/acm-version.ts";
import { autoImportStrategy } from "../../../../steps/switchover/preflight/checks/auto-import-strategy.ts";
import { mchHealth } from "../../../../steps/switchover/preflight/checks/mch-health.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import {
  absent,
  acm,
  down,
  fleet,
  forbidden,
  hubs,
  managedCluster,
  onPrimary,
  onSecondary,
  onVersion,
} from "./observations.ts";
import { describeRules } from "./rule-table.ts";

const versions = (primary: string, secondary: string) =>
  hubs({ acm: onVersion(primary) }, { acm: onVersion(secondary) });

describeRules(acmVersionCheck, [
  { given: "supported versions", finds: [["passed primary", "ACM 2.14.1"], ["passed secondary"]] },
  {
    given: "A-07: a version before 2.11 on both",
    observed: versions("2.10.9", "2.10.9"),
    finds: [
      ["critical primary", "2.10.9 is older than 2.11", "upgrade"],
      ["critical secondary", "2.10.9 is older than 2.11"],
    ],
  },
  {
    given: "the oldest supported release and one of the next series",
    observed: versions("2.11.0", "5.0.0"),
    finds: [["passed primary"], ["passed secondary"]],
  },
  {
    given: "a version that cannot be read",
    observed: versions("", "2.14.1"),
    finds: [["critical primary", 'reports no version that can be read ("")', "wait until"], ["passed secondary"]],
  },
  {
    given: "no MultiClusterHub",
    observed: onSecondary({ acm: read(undefined) }),
    finds: [["passed primary"], ["critical secondary", "has no MultiClusterHub", "install ACM"]],
  },
  {
    given: "no ACM at all",
    observed: onSecondary({ acm: absent("MultiClusterHub.operator.open-cluster-management.io") }),
    finds: [["passed primary"], ["critical secondary", "does not serve MultiClusterHub", "install ACM"]],
  },
  { given: "a primary that is down", observed: down("primary"), finds: [["skipped primary"], ["passed secondary"]] },
]);

describeRules(acmVersionMatch, [
  { given: "equal versions", finds: [["passed both", "version-policy exact"]] },
  {
    given: "A-06: versions that differ in the patch",
    observed: versions("2.14.1", "2.14.2"),
    finds: [["critical both", "primary runs ACM 2.14.1, secondary 2.14.2", "minor, newer-ok"]],
  },
  {
    given: "A-06: the same under the policy minor",
    observed: versions("2.14.1", "2.14.2"),
    settings: { versionPolicy: "minor" },
    finds: [["passed both"]],
  },
  {
    given: "another minor version under the policy minor",
    observed: versions("2.14.1", "2.15.1"),
    settings: { versionPolicy: "minor" },
    finds: [["critical both"]],
  },
  {
    given: "a newer secondary under the policy newer-ok",
    observed: versions("2.9.9", "2.14.0"),
    settings: { versionPolicy: "newer-ok" },
    finds: [["passed both"]],
  },
  {
    given: "an older secondary under the policy newer-ok",
    observed: versions("2.14.0", "2.9.9"),
    settings: { versionPolicy: "newer-ok" },
    finds: [["critical both"]],
  },
  {
    given: "two versions that are equally unreadable",
    observed: versions("unknown", "unknown"),
    finds: [["critical both", "a version is unknown"]],
  },
  { given: "no MultiClusterHub", observed: onPrimary({ acm: read(undefined) }), finds: [["critical both"]] },
  { given: "a hub that is down", observed: down("primary"), finds: [["skipped both"]] },
]);

describeRules(mchHealth, [
  { given: "both Running", finds: [["passed primary", "is Running"], ["passed secondary"]] },
  {
    given: "both being updated",
    observed: hubs({ acm: acm({ phase: "Updating" }) }, { acm: acm({ phase: "Updating" }) }),
    finds: [
      ["warning primary", "is Updating, not Running", "wait"],
      ["critical secondary", "is Updating, not Running", "wait"],
    ],
  },
  {
    given: "one without a phase",
    observed: onSecondary({ acm: acm({ phase: "" }) }),
    finds: [["passed primary"], ["critical secondary", "without a phase"]],
  },
  {
    given: "cluster-backup switched off on each",
    observed: hubs({ acm: acm({ backupEnabled: false }) }, { acm: acm({ backupEnabled: false }) }),
    finds: [
      ["critical primary", "cluster-backup disabled", "enable cluster-backup"],
      ["critical secondary", "cluster-backup disabled"],
    ],
  },
  {
    given: "neither healthy nor with backups",
    observed: onPrimary({ acm: acm({ phase: "Error", backupEnabled: false }) }),
    finds: [["warning primary"], ["critical primary"], ["passed secondary"]],
  },
  {
    given: "a hub that may not be read",
    observed: hubs({ acm: forbidden }, { acm: forbidden }),
    finds: [["warning primary"], ["critical secondary"]],
  },
  {
    given: "none, as acm-version says",
    observed: onPrimary({ acm: read(undefined) }),
    finds: [["skipped primary"], ["passed secondary"]],
  },
]);

const known = fleet(managedCluster("c9"));

describeRules(autoImportStrategy, [
  { given: "the default, and a secondary without clusters", finds: [["passed primary"], ["passed secondary"]] },
  {
    given: "ACM before 2.14, whatever the ConfigMap says",
    observed: hubs(
      { acm: onVersion("2.13.3"), importStrategy: read("ImportAndSync") },
      { acm: onVersion("2.13.3"), importStrategy: forbidden },
    ),
    finds: [
      ["passed primary", "not applicable before ACM 2.14"],
      ["passed secondary", "not applicable"],
    ],
  },
  {
    given: "a primary that imports again and again",
    observed: onPrimary({ importStrategy: read("ImportAndSync") }),
    finds: [["warning primary", "ImportAndSync", "back to ImportOnly"], ["passed secondary"]],
  },
  {
    given: "a secondary with clusters and the default",
    observed: onSecondary({ fleet: known }),
    finds: [["passed primary"], ["warning secondary", "already knows 1 cluster", "manage-auto-import-strategy"]],
  },
  {
    given: "the same, where the switchover sets the strategy itself",
    observed: onSecondary({ fleet: known }),
    settings: { manageAutoImportStrategy: true },
    finds: [["passed primary"], ["passed secondary"]],
  },
  {
    given: "a secondary with clusters that imports by itself",
    observed: onSecondary({ fleet: known, importStrategy: read("ImportAndSync") }),
    finds: [["passed primary"], ["passed secondary", "set it back to ImportOnly"]],
  },
  {
    given: "a strategy that ACM does not know, on both hubs",
    observed: hubs({ importStrategy: read("importandsync") }, { importStrategy: read("Sync") }),
    finds: [
      ["warning primary", 'autoImportStrategy is "importandsync", which ACM does not know', "set it to ImportOnly or"],
      ["warning secondary", 'autoImportStrategy is "Sync"', "import-controller-config"],
    ],
  },
  {
    given: "a strategy that ACM does not know, on a secondary with clusters",
    observed: onSecondary({ fleet: known, importStrategy: read("Sync") }),
    finds: [
      ["passed primary"],
      ["warning secondary", 'autoImportStrategy is "Sync"'],
      ["warning secondary", "already knows 1 cluster"],
    ],
  },
  {
    given: "strategies that may not be read",
    observed: hubs({ importStrategy: forbidden }, { importStrategy: forbidden }),
    finds: [["warning primary"], ["warning secondary"]],
  },
  { given: "a primary that is down", observed: down("primary"), finds: [["skipped primary"], ["passed secondary"]] },
]);
