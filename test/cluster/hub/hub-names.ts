import { createHash } from "node:crypto";
import { resolve } from "node:path";

/**
 * Names of all that hubs make outside their folder. They follow from the folder alone, so that a clean-up finds
 * everything even where no state was written.
 */
export interface HubNames {
  /** Begins the name of every network namespace. */
  readonly prefix: string;
  readonly network: string;
  readonly storage: string;
  /** The machine's end of the link to a network of the hubs' own. Links hold 15 characters. */
  readonly hostLink: string;
  hub(name: string): string;
  /** Bridge side of the n-th plug. */
  link(index: number): string;
}

export function hubNames(folder: string): HubNames {
  const id = createHash("sha256").update(resolve(folder)).digest("hex").slice(0, 6);
  const prefix = `fairlead-${id}-`;
  return {
    prefix,
    network: `${prefix}network`,
    storage: `${prefix}storage`,
    hostLink: `fl${id}up`,
    hub: (name) => `${prefix}hub-${name}`,
    link: (index) => `fl${id}p${index}`,
  };
}
