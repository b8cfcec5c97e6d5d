import type { Registry } from "./lib/step/types.ts";

/**
 * Everything the program can do. Only names and summaries are here, so that help and completion load no module;
 * a test holds each summary to its declaration.
 */
export const commands: Registry = {
  areas: [
    { name: "switchover", summary: "Move a fleet of managed clusters from one ACM hub to another" },
    { name: "baseline", summary: "Keep a virtualization platform at its baseline" },
  ],
  commands: [
    {
      name: "version",
      summary: "Print the version of the program and its runtime",
      load: async () => (await import("./version/version.ts")).version,
    },
    {
      name: "completion",
      summary: "Print a shell's completion script",
      load: async () => (await import("./completion/completion.ts")).completion,
    },
    {
      name: "trigger",
      summary: "Start a Pipeline, follow it live and end with its outcome",
      load: async () => (await import("./trigger/trigger.ts")).trigger,
    },
    {
      area: "switchover",
      name: "preflight",
      summary: "Check both hubs before a switchover",
      load: async () => (await import("./switchover/preflight.ts")).preflight,
    },
    {
      area: "switchover",
      name: "primary-prep",
      summary: "Prepare the old hub for a switchover",
      load: async () => (await import("./switchover/primary-prep.ts")).primaryPrep,
    },
    {
      area: "switchover",
      name: "activate",
      summary: "Activate the managed clusters on the new hub",
      load: async () => (await import("./switchover/activate.ts")).activate,
    },
    {
      area: "switchover",
      name: "post-activate",
      summary: "Wait until the clusters are connected to the new hub",
      load: async () => (await import("./switchover/post-activate.ts")).postActivate,
    },
    {
      area: "switchover",
      name: "finalize",
      summary: "Turn backups on at the new hub and make the old hub the secondary",
      load: async () => (await import("./switchover/finalize.ts")).finalize,
    },
    {
      area: "switchover",
      name: "rollback",
      summary: "Take a switchover back and return the fleet to the old hub",
      load: async () => (await import("./switchover/rollback.ts")).rollback,
    },
    {
      area: "switchover",
      name: "report-and-unlock",
      summary: "Report how a switchover run ended and free its locks",
      load: async () => (await import("./switchover/report-and-unlock.ts")).reportAndUnlock,
    },
    {
      area: "switchover",
      name: "setup",
      summary: "Make accounts, roles and kubeconfigs for switchovers on a hub",
      load: async () => (await import("./switchover/setup.ts")).setup,
    },
    {
      area: "switchover",
      name: "discover",
      summary: "Find the hubs of a kubeconfig and tell which part each plays",
      load: async () => (await import("./switchover/discover.ts")).discover,
    },
    {
      area: "switchover",
      name: "postflight",
      summary: "Check the new hub, and the old one, after a switchover",
      load: async () => (await import("./switchover/postflight.ts")).postflight,
    },
    {
      area: "switchover",
      name: "rbac-check",
      summary: "Ask hubs or managed clusters which permissions of a role are granted",
      load: async () => (await import("./switchover/rbac-check.ts")).rbacCheck,
    },
    {
      area: "switchover",
      name: "show-state",
      summary: "Show how far a switchover has come",
      load: async () => (await import("./switchover/show-state.ts")).showState,
    },
    {
      area: "switchover",
      name: "decommission",
      summary: "Remove ACM from a hub whose clusters have left it",
      load: async () => (await import("./switchover/decommission.ts")).decommission,
    },
    {
      area: "switchover",
      name: "argocd-pause",
      summary: "Pause the Argo CD Applications that touch ACM",
      load: async () => (await import("./switchover/argocd-pause.ts")).argocdPause,
    },
    {
      area: "switchover",
      name: "argocd-resume",
      summary: "Let paused Argo CD Applications sync again",
      load: async () => (await import("./switchover/argocd-resume.ts")).argocdResume,
    },
    {
      area: "switchover",
      name: "verify-audit",
      summary: "Prove that an audit trail is whole and signed",
      load: async () => (await import("./switchover/verify-audit.ts")).verifyAudit,
    },
    {
      area: "switchover",
      name: "run",
      summary: "Run a whole switchover without Tekton",
      load: async () => (await import("./switchover/run.ts")).run,
    },
    {
      area: "baseline",
      name: "reconcile",
      summary: "Bring a virtualization platform to its baseline",
      load: async () => (await import("./baseline/reconcile.ts")).reconcile,
    },
    {
      area: "baseline",
      name: "watch",
      summary: "Reconcile within seconds whatever changes on a virtualization platform",
      load: async () => (await import("./baseline/watch.ts")).watch,
    },
    {
      area: "baseline",
      name: "generate-rbac",
      summary: "Write the ClusterRoles that the assets need",
      load: async () => (await import("./baseline/generate-rbac.ts")).generateRbac,
    },
    {
      area: "baseline",
      name: "verify-rbac",
      summary: "Check that the committed ClusterRoles are what the assets need",
      load: async () => (await import("./baseline/verify-rbac.ts")).verifyRbac,
    },
    {
      area: "baseline",
      name: "generate-features",
      summary: "Write the list of features that the catalog offers",
      load: async () => (await import("./baseline/generate-features.ts")).generateFeatures,
    },
    {
      area: "baseline",
      name: "verify-features",
      summary: "Check that the committed list of features is by the catalog",
      load: async () => (await import("./baseline/verify-features.ts")).verifyFeatures,
    },
    {
      area: "baseline",
      name: "update-crds",
      summary: "Fetch the CRDs that assets are checked against",
      load: async () => (await import("./baseline/update-crds.ts")).updateCrds,
    },
    {
      area: "baseline",
      name: "verify-crds",
      summary: "Check the CRD collection by its lock, and the assets by it",
      load: async () => (await import("./baseline/verify-crds.ts")).verifyCrds,
    },
    {
      area: "baseline",
      name: "test-alerts",
      summary: "Run the unit tests of the alerts with promtool",
      load: async () => (await import("./baseline/test-alerts.ts")).testAlerts,
    },
    {
      area: "baseline",
      name: "fetch-checkout",
      summary: "Get two commits of a repository over HTTPS",
      load: async () => (await import("./baseline/fetch-checkout.ts")).fetchCheckout,
    },
    {
      area: "baseline",
      name: "compare",
      summary: "Show what a change of the repository changes of the baseline",
      load: async () => (await import("./baseline/compare.ts")).compare,
    },
    {
      area: "baseline",
      name: "render",
      summary: "Show the objects of a virtualization platform's baseline",
      load: async () => (await import("./baseline/render.ts")).render,
    },
    {
      area: "baseline",
      name: "inspect",
      summary: "Show by what a virtualization platform's baseline is decided",
      load: async () => (await import("./baseline/inspect.ts")).inspect,
    },
    {
      area: "baseline",
      name: "resume",
      summary: "Let paused objects be kept at the baseline again",
      load: async () => (await import("./baseline/resume.ts")).resume,
    },
  ],
};
