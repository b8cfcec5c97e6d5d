/** What a user says of an object, and where. */
export interface UserSetting {
  /** Empty where nothing is said. */
  readonly text: string;
  /** Annotation and object, for who has to correct it: `platform.kubevirt.io/patch on the object`. */
  readonly place: string;
}

/** Pure. */
export function onTheObject(key: string, text: string): UserSetting {
  return { text, place: `${key} on the object` };
}

/** What is said of the object of an asset before there is one. Pure. */
export function onTheHyperConverged(key: string, text: string): UserSetting {
  return { text, place: `${key} on the HyperConverged` };
}
