import { type ApplicationSummary, describeMaker, letMakersBe } from "../../argocd/application.ts";
import { describeMarked, isFlux, type MarkedObject } from "../../argocd/gitops-markers.ts";
import type { Check } from "../check.ts";
import { type Finding, judge, passed, skipped, warning } from "../finding.ts";
import { count, nameList } from "../name-list.ts";
import type { ArgoInstallation, HubObservation } from "../observation.ts";
import type { PreflightSettings } from "../settings.ts";

const shown = 10;
const retarget = "let Git lead to the new hub before anything syncs again";

/** What Argo CD or Flux keeps as Git has it may come back as it was. Advice only: the marks are a guess. */
export const gitops: Check = {
  id: "gitops",
  number: 33,
  name: "Nothing is put back by GitOps",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "set argocd-manage or flux-manage, or suspend what is named until Git leads to the new hub",
  onResume: "never",
  evaluate: ({ primary, secondary }, settings) =>
    [primary, secondary].flatMap((hub) =>
      settings.skipGitopsCheck
        ? [skipped(hub.hub, "skipped by skip-gitops-check")]
        : [...judgeMarks(hub, settings), ...judgeArgoCd(hub, settings)],
    ),
};

function judgeMarks({ hub, gitops: readings }: HubObservation, { fluxManage }: PreflightSettings): readonly Finding[] {
  const marked = readings.flatMap((reading) => (reading.state === "read" ? reading.value : []));
  const unread = readings.find((reading) => reading.state === "unread");
  const missed =
    unread === undefined ? [] : judge(unread, { hub, unreadable: "warning", decide: (): readonly Finding[] => [] });
  if (marked.length > 0) return [adviseMarked(hub, marked, fluxManage), ...missed];
  const isDown = readings.every(({ state }) => state === "hub-down" || state === "declared-down");
  return isDown || unread !== undefined ? missed : [passed(hub, "nothing carries a mark of a GitOps tool")];
}

function adviseMarked(hub: HubObservation["hub"], marked: readonly MarkedObject[], fluxManage: boolean): Finding {
  const which = `${count(marked.length, "resource")} may be kept by GitOps: ${describeMarked(marked).join("; ")}`;
  if (fluxManage && marked.every(isFlux)) return passed(hub, `will be paused with Flux: ${which}`, { marked });
  const flux =
    marked.some(isFlux) && !fluxManage
      ? "give flux-manage, which suspends the Kustomizations and HelmReleases of Flux that own them"
      : "pause what owns them";
  return warning(hub, which, `${flux}, and ${retarget}`, { marked });
}

function judgeArgoCd({ hub, argoCd }: HubObservation, settings: PreflightSettings): readonly Finding[] {
  if (argoCd.state === "unread") {
    const { what, why, fix, id } = argoCd.text;
    const message = `cannot determine whether Argo CD is installed: ${what}: ${why}`;
    return [warning(hub, message, fix, { errorId: id })];
  }
  return judge(argoCd, {
    hub,
    unreadable: "warning",
    decide: (installation) =>
      installation.install === "none"
        ? [passed(hub, "Argo CD is not installed")]
        : judge(installation.applications, {
            hub,
            unreadable: "warning",
            absent: () => [passed(hub, "Argo CD is not installed")],
            decide: (applications) => judgeApplications(hub, installation, applications, settings),
          }),
  });
}

function judgeApplications(
  hub: HubObservation["hub"],
  installation: ArgoInstallation,
  touching: readonly ApplicationSummary[],
  { argocdManage }: PreflightSettings,
): readonly Finding[] {
  const { install, instances } = installation;
  const data = { install, instances, applications: touching.length };
  const automated = touching.filter((application) => application.automated);
  const where = instances.length === 0 ? install : `${install}: ${nameList(instances, shown)}`;
  if (automated.length === 0) {
    const message = `${count(touching.length, "Application")} of Argo CD (${where}) that touch ACM, none of which syncs by itself`;
    return [passed(hub, message, data)];
  }
  const names = nameList(automated.map(describe), shown);
  const which = `${count(automated.length, "Application")} of Argo CD (${where}) that touch ACM and sync by themselves: ${names}`;
  return argocdManage
    ? [passed(hub, `will be paused: ${which}`, data), ...adviseMade(hub, automated)]
    : [warning(hub, which, `give argocd-manage, which pauses them first; ${retarget}`, data)];
}

/** What makes an Application may turn it on again, which the pause takes for a failure: better to know the day before. */
function adviseMade(hub: HubObservation["hub"], automated: readonly ApplicationSummary[]): readonly Finding[] {
  const made = automated.flatMap(({ namespace, name, madeBy }) =>
    madeBy === undefined ? [] : [`${namespace}/${name} (${describeMaker(madeBy)})`],
  );
  if (made.length === 0) return [];
  const message = `${count(made.length, "Application")} of Argo CD may be turned on again by what makes them: ${nameList(made, shown)}`;
  return [warning(hub, message, letMakersBe)];
}

function describe({ namespace, name, acmResources }: ApplicationSummary): string {
  return `${namespace}/${name} (${count(acmResources, "resource")} of ACM)`;
}
