import { createTwoFilesPatch } from "diff";

export type Verified =
  | { readonly state: "equal" }
  /** `diff` leads from what is committed to what the assets need. */
  | { readonly state: "different"; readonly diff: string; readonly why: string };

/**
 * Compares a committed role with the one that the assets need now, byte for byte. Pure.
 *
 * @param committed absent where there is no such file
 * @param path of the file, for people
 */
export function verifyRole(committed: string | undefined, generated: string, path: string): Verified {
  if (committed === generated) return { state: "equal" };
  const diff = createTwoFilesPatch(`a/${path}`, `b/${path}`, committed ?? "", generated);
  const why = committed === undefined ? `there is no ${path}` : `${path} is not what the assets need`;
  return { state: "different", diff, why };
}
