import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { hubNames } from "../../../cluster/hub/hub-names.ts";

/** Linux cuts or refuses longer names of links. */
const longestLink = 15;

describe("names of what hubs make outside their folder", () => {
  test("follow from the folder alone, however it is written", () => {
    expect(hubNames(`${process.cwd()}/x/../hubs/`).prefix).toBe(hubNames("hubs").prefix);
  });

  test("differ between folders", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,12}$/), { minLength: 2, maxLength: 2 }),
        ([one = "", other = ""]) => {
          expect(hubNames(`/a/${one}`).prefix).not.toBe(hubNames(`/a/${other}`).prefix);
        },
      ),
    );
  });

  test("begin with the prefix that a clean-up looks for", () => {
    const names = hubNames("/somewhere");
    const all = [names.network, names.storage, names.hub("primary")];
    expect(all.filter((name) => name.startsWith(names.prefix))).toEqual(all);
    expect(new Set(all).size).toBe(3);
  });

  test("fit into a link's name for as many hubs as a network has room for", () => {
    const names = hubNames("/somewhere");
    const links = [names.hostLink, ...Array.from({ length: 250 }, (_, index) => names.link(index))];
    expect(links.filter((link) => link.length > longestLink)).toEqual([]);
    expect(new Set(links).size).toBe(links.length);
  });

  test("cannot collide with a hub called like the storage or the network", () => {
    const names = hubNames("/somewhere");
    expect([names.network, names.storage]).not.toContain(names.hub("storage"));
    expect([names.network, names.storage]).not.toContain(names.hub("network"));
  });
});
