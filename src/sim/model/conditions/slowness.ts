/** When whole orchestrators are slow: those whose times are measured, or that work themselves. */
import { childK0, childK1, type RandomKey } from "../../../core/random.js";
import { SlowSpells, type SpellSettings } from "../../engine/slow-spells.js";
import { ENTITY } from "../draws.js";
import type { World } from "../world/world.js";

/** Settings of one worker or orchestrator: its own, and the assumptions where it says nothing. */
export function spellsOf(
  { scenario }: World,
  own: { readonly [Key in keyof SpellSettings]?: SpellSettings[Key] | undefined } = {},
): SpellSettings {
  const { slowSpells, noiseScale } = scenario.assumptions;
  return {
    every: own.every ?? slowSpells.every,
    length: own.length ?? slowSpells.length,
    extra: (own.extra ?? slowSpells.extra) * noiseScale,
  };
}

/** By node. A pool's workers are slow each for itself: nobody asks for the spells of its nodes. */
export function nodeSpells(world: World, key: RandomKey): readonly SlowSpells[] {
  const base = { k0: childK0(key, ENTITY.slowness), k1: childK1(key, ENTITY.slowness) };
  return world.nodes.map(
    ({ hash, slowSpells }) =>
      new SlowSpells(spellsOf(world, slowSpells), {
        k0: childK0(base, hash),
        k1: childK1(base, hash),
      }),
  );
}
