/** When each node answers each site: availability as up and down times. */
import { childK0, childK1, type RandomKey } from "../../../core/random.js";
import { Alternating } from "../../engine/alternating.js";
import { hashName } from "../../engine/distributions.js";
import { ENTITY } from "../draws.js";
import type { World } from "../world/world.js";

/** Up times by site, then node; null for those that are never down. */
export function uptimesOf(world: World, key: RandomKey): (Alternating | null)[] {
  const { meanDown } = world.scenario.assumptions;
  const base = { k0: childK0(key, ENTITY.uptime), k1: childK1(key, ENTITY.uptime) };
  return world.sites.flatMap(({ region }, site) =>
    world.nodes.map((node) => {
      const availability = world.links[site]?.[node.index]?.availability ?? 1;
      if (availability >= 1) return null;
      const own = { k0: base.k0 ^ node.uptimeHash, k1: base.k1 ^ hashName(region) };
      return Alternating.withShare(availability, meanDown, own);
    }),
  );
}
