import { formatPointer } from "../../lib/json/json-pointer.ts";
import { maskFields } from "../ignored-fields/mask-fields.ts";
import { readPointers } from "../ignored-fields/read-pointers.ts";
import { marker } from "../markers/marker-keys.ts";
import { type Markers, type Mode, readMarkers } from "../markers/read-markers.ts";
import { stamp } from "../markers/stamp.ts";
import { onTheObject, type UserSetting } from "../markers/user-setting.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { type PauseState, pauseState, peace, type War } from "../throttle/edit-war.ts";
import { patchObject } from "../user-patch/patch-object.ts";
import type { AssetEvent } from "./asset-event.ts";

/** By which of their means users have changed an object. */
export type Customization = "patch" | "ignore" | "unmanaged";

/**
 * What is to become of an object.
 * - `unmanaged`, `paused`: nothing, by its user's will or for an edit war. - `invalid`: nothing, until its user mends
 *   the annotation at `place`.
 * - `wanted`: `object` is compared with the live one, and applied where they differ. `war` begins anew after a pause.
 */
export type DesiredState =
  | {
      readonly state: "unmanaged";
      readonly customizations: readonly Customization[];
      readonly events: readonly AssetEvent[];
    }
  | { readonly state: "paused" }
  | (Managed & { readonly state: "invalid"; readonly reason: string; readonly place: string })
  | (Managed & { readonly state: "wanted"; readonly object: ManagedObject });

/** What is known of an object that is managed, whatever is wrong with what its user says. */
interface Managed {
  readonly war: War;
  readonly isResumed: boolean;
  readonly customizations: readonly Customization[];
  readonly events: readonly AssetEvent[];
  /** Operations of the patch that was applied; absent without one, or where it was rejected. */
  readonly patchOperations?: number;
  /** JSON pointers of the fields that its user keeps. */
  readonly ignoredFields: readonly string[];
}

interface Settings {
  readonly patch: UserSetting;
  readonly ignoreFields: UserSetting;
}

/** What the HyperConverged says of an object for the time before there is one; its own annotations go before it. */
export type DayZero = Settings;

const noMarkers: Markers = { mode: { mode: "managed" }, patch: "", ignoreFields: "", isPaused: false };

function modeEvents(mode: Mode): readonly AssetEvent[] {
  if (mode.mode !== "unknown") return [];
  const note = `${marker.mode} is "${mode.given.slice(0, 100)}", which has no meaning: the object stays managed; "unmanaged" would leave it to you`;
  return [{ reason: "InvalidMode", note }];
}

function customizationsOf({ patch, ignoreFields }: Settings): readonly Customization[] {
  return [
    ...(patch.text === "" ? [] : (["patch"] as const)),
    ...(ignoreFields.text === "" ? [] : (["ignore"] as const)),
  ];
}

function settingsOf(markers: Markers, dayZero: DayZero | undefined): Settings {
  const patch = onTheObject(marker.patch, markers.patch);
  const ignoreFields = onTheObject(marker.ignoreFields, markers.ignoreFields);
  return {
    patch: patch.text === "" ? (dayZero?.patch ?? patch) : patch,
    ignoreFields: ignoreFields.text === "" ? (dayZero?.ignoreFields ?? ignoreFields) : ignoreFields,
  };
}

function pauseOf(live: ManagedObject | undefined, markers: Markers, war: War): PauseState {
  if (live === undefined) return pauseState(war, "absent");
  return pauseState(war, markers.isPaused ? "marked" : "unmarked");
}

interface Customized {
  readonly object: ManagedObject;
  readonly events: readonly AssetEvent[];
  readonly patchOperations?: number;
}

function withPatch(rendered: ManagedObject, { text, place }: UserSetting): Customized {
  const patched = patchObject(rendered, text);
  switch (patched.state) {
    case "unpatched":
      return { object: patched.object, events: [] };
    case "patched":
      return {
        object: patched.object,
        patchOperations: patched.operations,
        events: [
          { reason: "PatchApplied", note: `the patch of ${place} was applied: operations ${patched.operations}` },
        ],
      };
    case "rejected":
      return {
        object: patched.object,
        events: [{ reason: "InvalidPatch", note: `the patch of ${place} is rejected as a whole: ${patched.reason}` }],
      };
  }
}

type Masking =
  | { readonly object: ManagedObject; readonly ignoredFields: readonly string[] }
  | { readonly invalid: string };

/** An object that is not there yet has no value to keep: what is ignored of it is taken out. */
function withIgnoredFields(desired: ManagedObject, live: ManagedObject | undefined, text: string): Masking {
  const read = readPointers(text);
  if (read.state === "invalid") return { invalid: read.reason };
  const bare = { apiVersion: desired.apiVersion, kind: desired.kind, metadata: { name: desired.metadata.name } };
  const masked = maskFields(desired, live ?? bare, read.pointers);
  return masked.state === "masked"
    ? { object: masked.object, ignoredFields: read.pointers.map(formatPointer) }
    : { invalid: masked.reason };
}

/**
 * What an object is to be, of what its asset renders and of what its user says on the live one: first whether it is
 * managed at all, then whether it is paused, then the patch, and last the ignored fields, whose live values win. Pure.
 *
 * @param live absent where there is no such object: then its user has said at most what `dayZero` has
 */
export function desiredState(
  rendered: ManagedObject,
  live: ManagedObject | undefined,
  war: War,
  dayZero?: DayZero,
): DesiredState {
  const markers = live === undefined ? noMarkers : readMarkers(live);
  if (markers.mode.mode === "unmanaged") {
    const note = `${marker.mode} is unmanaged: the object is left to its user`;
    return { state: "unmanaged", customizations: ["unmanaged"], events: [{ reason: "UnmanagedMode", note }] };
  }
  const pause = pauseOf(live, markers, war);
  if (pause === "paused") return { state: "paused" };
  const isResumed = pause === "resumed";
  const { patch, ignoreFields } = settingsOf(markers, dayZero);
  const patched = withPatch(rendered, patch);
  const events = [...modeEvents(markers.mode), ...patched.events];
  const { patchOperations } = patched;
  const known = {
    war: isResumed ? peace : war,
    isResumed,
    customizations: customizationsOf({ patch, ignoreFields }),
    ...(patchOperations === undefined ? {} : { patchOperations }),
  };
  const masked = withIgnoredFields(patched.object, live, ignoreFields.text);
  return "invalid" in masked
    ? {
        ...known,
        ignoredFields: [],
        state: "invalid",
        reason: masked.invalid,
        place: ignoreFields.place,
        events: [
          ...events,
          { reason: "InvalidIgnoreFields", note: `${ignoreFields.place} is not valid: ${masked.invalid}` },
        ],
      }
    : { ...known, ignoredFields: masked.ignoredFields, state: "wanted", object: stamp(masked.object), events };
}
