// The floor of a preflight: one process that lists what the preflight lists of two hubs, page by page, and keeps nothing.
// node test/bench/list-all.ts PAGE_SIZE KUBECONFIG…
import { readFileSync } from "node:fs";
import { Agent, get } from "node:https";
import { parse } from "yaml";

const acm = "open-cluster-management";
const backup = `${acm}-backup`;
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

interface Server {
  readonly url: string;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
}

function serverOf(kubeconfig: string): Server {
  // A kubeconfig of the test servers: one cluster, its authority inside, one user with a token.
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8"));
  const { server, "certificate-authority-data": authority } = clusters[0].cluster;
  const headers = { authorization: `Bearer ${users[0].user.token}` };
  return { url: server, agent: new Agent({ keepAlive: true, ca: Buffer.from(authority, "base64") }), headers };
}

function read({ url, agent, headers }: Server, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}${path}`, { agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    request.on("error", reject);
  });
}

async function listAll(server: Server, path: string, pageSize: string): Promise<void> {
  const separator = path.includes("?") ? "&" : "?";
  let next = "";
  do {
    const text = await read(server, `${path}${separator}limit=${pageSize}${next}`);
    const { metadata } = JSON.parse(text);
    next = metadata.continue === undefined || metadata.continue === "" ? "" : `&continue=${metadata.continue}`;
  } while (next !== "");
}

const [pageSize = "500", ...kubeconfigs] = process.argv.slice(2);
await Promise.all(kubeconfigs.map(serverOf).flatMap((server) => paths.map((path) => listAll(server, path, pageSize))));
process.exit(0);
