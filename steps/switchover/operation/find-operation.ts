import { type OperationHub, operationId } from "../operation-id.ts";
import { operationStates } from "../show-state/find-states.ts";
import type { StateDocument } from "../state/state-document.ts";
import { switchoverError } from "../switchover-error.ts";

/** What is known when the old hub cannot be asked who it is. */
export interface LostHubSearch {
  /** `operation-id`, where that is given. */
  readonly given: string | undefined;
  readonly stateFolder: string | undefined;
  /** API server of the old hub; empty where no kubeconfig says it. */
  readonly oldServer: string;
  readonly secondary: OperationHub;
  readonly staleHours: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type State = Pick<StateDocument, "operation_id" | "operation" | "current_phase" | "last_updated" | "hubs">;

const ended: ReadonlySet<string> = new Set(["completed", "rolled_back"]);

function isRecent({ last_updated: at }: State, { staleHours, now }: LostHubSearch): boolean {
  return now - Date.parse(at) <= staleHours * 3_600_000;
}

function undecided(open: readonly State[], { secondary }: LostHubSearch) {
  const [first] = open;
  const each = open.map(({ operation_id: id, hubs: { primary }, current_phase: phase }) => {
    const from = primary.api === "" ? primary.id : primary.api;
    return `${id} (from ${from === "" ? "a hub that is down" : from}, phase ${phase})`;
  });
  return switchoverError(
    "SW-DOWN-04",
    {
      what: "cannot tell which operation goes on without the old hub",
      why: `not finished, and towards the new hub ${secondary.id}: ${each.join(", ")}`,
      fix: `give operation-id ${first?.operation_id ?? ""} to go on with it, or another operation-id to begin anew`,
    },
    "refused",
  );
}

/**
 * The operation that goes on, or begins, without its old hub: the one from that API server to this new hub that is not
 * finished, or was a short while ago; else one named after what is known. Pure.
 *
 * @throws FairleadError SW-DOWN-04 (exit 4) where another operation towards the new hub is not finished
 */
export function chooseOperation(states: readonly State[], search: LostHubSearch): string {
  const { oldServer, secondary } = search;
  const own = operationId({ server: oldServer, id: "" }, secondary);
  const related = states.filter(
    ({ operation, hubs }) => operation === "switchover" && hubs.secondary.id === secondary.id,
  );
  const open = related.filter(({ current_phase: phase }) => !ended.has(phase));
  const same = (list: readonly State[]): readonly State[] =>
    list.filter(({ operation_id: id, hubs }) => id === own || (oldServer !== "" && hubs.primary.api === oldServer));
  const [match, ...others] = same(open);
  if (match !== undefined && others.length === 0 && open.length === 1) return match.operation_id;
  if (open.length > 0) throw undecided(open, search);
  const finished = same(related.filter((state) => state.current_phase === "completed" && isRecent(state, search)));
  return finished.toSorted((a, b) => a.last_updated.localeCompare(b.last_updated)).at(-1)?.operation_id ?? own;
}

/** As {@link chooseOperation}, over the states of a folder. @throws FairleadError SW-DOWN-04, SW-SHOW-02 */
export async function findOperation(search: LostHubSearch): Promise<string> {
  if (search.given !== undefined) return search.given;
  const states = search.stateFolder === undefined ? [] : await operationStates(search.stateFolder);
  return chooseOperation(states, search);
}
