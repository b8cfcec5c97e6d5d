// The floor of a preflight: one process that lists what the preflight lists of two hubs, page by page, and keeps nothing.
// node list-all.js SERVERS: a file with the servers; built before, since Node would spend time on the types.
import { readFileSync } from "node:fs";
import { type BareServer, bareRequests, type Send } from "./bare-requests.ts";

const acm = "open-cluster-management";
const backup = `${acm}-backup`;
const pageSize = 500;
const tokens = encodeURIComponent("authentication.open-cluster-management.io/is-managed-serviceaccount=true");

const paths = [
  "/apis/cluster.open-cluster-management.io/v1/managedclusters",
  "/apis/hive.openshift.io/v1/clusterdeployments",
  `/api/v1/secrets?labelSelector=${tokens}`,
  `/apis/velero.io/v1/namespaces/${backup}/backups`,
  `/apis/velero.io/v1/namespaces/${backup}/restores`,
  `/apis/velero.io/v1/namespaces/${backup}/backupstoragelocations`,
  `/apis/cluster.open-cluster-management.io/v1beta1/namespaces/${backup}/backupschedules`,
  `/apis/cluster.open-cluster-management.io/v1beta1/namespaces/${backup}/restores`,
  `/apis/oadp.openshift.io/v1alpha1/namespaces/${backup}/dataprotectionapplications`,
  `/apis/operator.open-cluster-management.io/v1/namespaces/${acm}/multiclusterhubs`,
  "/apis/multicluster.openshift.io/v1/multiclusterengines",
  "/apis/config.openshift.io/v1/clusteroperators",
  `/api/v1/namespaces/${backup}/pods`,
  "/api/v1/nodes",
];

async function listAll(send: Send, path: string): Promise<void> {
  const separator = path.includes("?") ? "&" : "?";
  let next = "";
  do {
    const { metadata } = JSON.parse(await send({ method: "GET", path: `${path}${separator}limit=${pageSize}${next}` }));
    next = metadata.continue === undefined || metadata.continue === "" ? "" : `&continue=${metadata.continue}`;
  } while (next !== "");
}

const servers: readonly BareServer[] = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
await Promise.all(servers.map(bareRequests).flatMap((send) => paths.map((path) => listAll(send, path))));
// Connections that are kept open would keep the process too.
process.exit(0);
