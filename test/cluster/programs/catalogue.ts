/** What a program is needed for; `make` targets and tests ask for groups, so that only those parts are built. */
export const programGroups = [
  "api-server",
  "cluster",
  "tekton",
  "tkn",
  "dns",
  "hub",
  "git",
  "argo-cd",
  "gate",
  "prometheus",
] as const;
export type ProgramGroup = (typeof programGroups)[number];

/** A program that is built from a pinned Go module. */
export interface Program {
  /** File name of the built program. */
  readonly name: string;
  /** Folder below `test/cluster/binaries` whose go.mod and go.sum pin it. */
  readonly module: string;
  /** Go package of its `main`. */
  readonly package: string;
  /** Linker flags besides `-s -w`. */
  readonly linkerFlags: readonly string[];
  /** Build constraints that are set, where parts of the program can be left out. */
  readonly tags?: readonly string[];
  readonly groups: readonly ProgramGroup[];
}

const kubernetesVersion = "1.35.4";

// Without these the server calls itself v0.0.0-master, and clients that ask for a minimum version refuse it.
const kubernetesLinkerFlags = [
  `-X k8s.io/component-base/version.gitVersion=v${kubernetesVersion}`,
  "-X k8s.io/component-base/version.gitMajor=1",
  "-X k8s.io/component-base/version.gitMinor=35",
];

function kubernetes(name: string, ...groups: readonly ProgramGroup[]): Program {
  return {
    name,
    module: "kubernetes-tekton",
    package: `k8s.io/kubernetes/cmd/${name}`,
    linkerFlags: kubernetesLinkerFlags,
    groups,
  };
}

function plain(
  name: string,
  group: ProgramGroup,
  [module, goPackage]: readonly [module: string, goPackage: string],
  linkerFlags: readonly string[] = [],
): Program {
  return { name, module, package: goPackage, linkerFlags, groups: [group] };
}

function tekton(name: string, goPackage: string): Program {
  return plain(name, "tekton", ["kubernetes-tekton", `github.com/tektoncd/${goPackage}`]);
}

const approvalGate = "github.com/openshift-pipelines/manual-approval-gate/cmd";

/**
 * Every program the local cluster and its hubs are made of, the most needed first. Programs of one go.mod share
 * compiled libraries: a new program goes into an existing module unless its Kubernetes libraries differ.
 */
export const programs: readonly Program[] = [
  plain("etcd", "api-server", ["kubernetes-tekton", "go.etcd.io/etcd/server/v3"]),
  kubernetes("kube-apiserver", "api-server"),
  kubernetes("kubectl", "api-server"),
  kubernetes("kube-controller-manager", "cluster", "hub"),
  kubernetes("kube-scheduler", "cluster"),
  kubernetes("kubelet", "cluster"),
  kubernetes("kube-proxy", "cluster"),
  tekton("tekton-controller", "pipeline/cmd/controller"),
  tekton("tekton-webhook", "pipeline/cmd/webhook"),
  tekton("tekton-events", "pipeline/cmd/events"),
  tekton("tekton-resolvers", "pipeline/cmd/resolvers"),
  tekton("entrypoint", "pipeline/cmd/entrypoint"),
  tekton("nop", "pipeline/cmd/nop"),
  tekton("workingdirinit", "pipeline/cmd/workingdirinit"),
  tekton("triggers-controller", "triggers/cmd/controller"),
  tekton("triggers-webhook", "triggers/cmd/webhook"),
  tekton("triggers-interceptors", "triggers/cmd/interceptors"),
  tekton("triggers-eventlistenersink", "triggers/cmd/eventlistenersink"),
  // Older Kubernetes libraries than the cluster's: it is an add-on with releases of its own.
  plain("approval-controller", "gate", ["manual-approval-gate", `${approvalGate}/controller`]),
  plain("approval-webhook", "gate", ["manual-approval-gate", `${approvalGate}/webhook`]),
  plain("tkn", "tkn", ["tkn", "github.com/tektoncd/cli/cmd/tkn"]),
  plain("coredns", "dns", ["coredns", "github.com/coredns/coredns"]),
  plain(
    "velero",
    "hub",
    ["velero", "github.com/vmware-tanzu/velero/cmd/velero"],
    ["-X github.com/vmware-tanzu/velero/pkg/buildinfo.Version=v1.18.3"],
  ),
  plain("velero-plugin-for-aws", "hub", [
    "velero",
    "github.com/vmware-tanzu/velero-plugin-for-aws/velero-plugin-for-aws",
  ]),
  plain("versitygw", "hub", ["versitygw", "github.com/versity/versitygw/cmd/versitygw"]),
  plain("gitea", "git", ["gitea", "code.gitea.io/gitea"], ["-X main.Version=1.26.0"]),
  // One program for all of its components: ARGOCD_BINARY_NAME says which it is.
  plain(
    "argocd",
    "argo-cd",
    ["argo-cd", "github.com/argoproj/argo-cd/v3/cmd"],
    ["-X github.com/argoproj/argo-cd/v3/common.version=3.1.16"],
  ),
  {
    ...plain("promtool", "prometheus", ["prometheus", "github.com/prometheus/prometheus/cmd/promtool"]),
    // Tests of rules discover no targets: without the libraries of all clouds it is built in half the time.
    tags: ["remove_all_sd"],
  },
  plain("pushgateway", "prometheus", ["pushgateway", "github.com/prometheus/pushgateway"]),
];
