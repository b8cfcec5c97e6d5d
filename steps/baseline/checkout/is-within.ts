import { isAbsolute, relative, sep } from "node:path";

/**
 * Whether a path is the folder itself or lies below it. Pure: links in either must have been followed before.
 *
 * @example isWithin("/source", "/source/rbac/role.yaml") // true
 */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
