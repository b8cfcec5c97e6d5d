import type { ErrorText } from "../../lib/errors/fairlead-error.ts";

/**
 * What became of one read of a hub. A read that failed is data like any other, so that the checks that do not need it
 * still run and the one that does can say why it cannot.
 */
export type Reading<T> =
  | { readonly state: "read"; readonly value: T }
  /** The hub does not serve this API: its CRD is not installed. */
  | { readonly state: "absent"; readonly kind: string }
  | { readonly state: "unread"; readonly text: ErrorText }
  /** The hub did not answer the first question, so no other was asked. */
  | { readonly state: "hub-down" }
  /** The caller declared the hub down: nothing was asked. */
  | { readonly state: "declared-down" };

export function read<T>(value: T): Reading<T> {
  return { state: "read", value };
}

/** The value of a reading, or `fallback` whatever the reason for its absence. Only where any reason means the same. */
export function valueOr<T, F>(reading: Reading<T>, fallback: F): T | F {
  return reading.state === "read" ? reading.value : fallback;
}

/** Changes the value of a reading that has one. */
export function mapReading<T, U>(reading: Reading<T>, change: (value: T) => U): Reading<U> {
  return reading.state === "read" ? read(change(reading.value)) : reading;
}

type Values<R extends readonly Reading<unknown>[]> = {
  readonly [I in keyof R]: R[I] extends Reading<infer T> ? T : never;
};

/** All values, or the first reading that has none. */
export function allOf<const R extends readonly Reading<unknown>[]>(...readings: R): Reading<Values<R>> {
  for (const reading of readings) {
    if (reading.state !== "read") {
      return reading;
    }
  }
  // Each reading was seen to have its value, in the order of R.
  return read(readings.map((reading) => (reading as { readonly value: unknown }).value) as Values<R>);
}

/** An API that is not served has no objects. For kinds whose product is optional on a hub. */
export function absentAsEmpty<T>(reading: Reading<readonly T[]>): Reading<readonly T[]> {
  return reading.state === "absent" ? read([]) : reading;
}
