import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where downloads and image layers are kept between builds: outside the checkout, `FAIRLEAD_CACHE` says where else. */
export function cacheFolder(): string {
  const own = process.env["FAIRLEAD_CACHE"] ?? "";
  if (own !== "") return resolve(own);
  const shared = process.env["XDG_CACHE_HOME"] ?? "";
  return resolve(shared === "" ? join(homedir(), ".cache") : shared, "fairlead");
}
