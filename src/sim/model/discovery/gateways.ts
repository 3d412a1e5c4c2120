/** The gateways of a run, by the site that each sends from: those of the scenario, then the testers. */
import { invariant } from "../../../core/errors.js";
import type { AttemptNoise } from "../at-once/noise.js";
import type { Segment } from "../entities.js";
import type { Market } from "../money/market.js";
import type { Recorder } from "../recorder.js";
import type { Run } from "../run.js";
import type { Gateway, World } from "../world/world.js";
import { GatewayRuntime } from "./gateway.js";

/** All gateways and their segments. */
export class Gateways {
  /** Those of the scenario, in its order. */
  readonly list: readonly GatewayRuntime[];
  readonly #bySite: readonly GatewayRuntime[];
  readonly #segments: Segment[] = [];

  constructor(parts: {
    readonly run: Run;
    readonly recorder: Recorder;
    readonly noise: AttemptNoise;
    readonly market: Market;
  }) {
    const { world } = parts.run;
    const segments = this.#segments;
    const runtime = (gateway: Gateway, isTester: boolean) =>
      new GatewayRuntime({ ...parts, gateway, segments, isTester });
    this.list = world.gateways.map((gateway) => runtime(gateway, false));
    this.#bySite = [
      ...this.list,
      ...world.testerSites.map((site) => runtime(testerAt(world, site), true)),
    ];
  }

  /** Who sends a stream. */
  of({ site }: { readonly site: number }): GatewayRuntime {
    const gateway = this.#bySite[site];
    invariant(gateway !== undefined, "every site is a gateway's or a tester's");
    return gateway;
  }

  /** The segment in a slot. */
  segmentAt(slot: number): Segment {
    const segment = this.#segments[slot];
    invariant(segment !== undefined, "an event of a segment names one that was made");
    return segment;
  }
}

/** A tester is like the first gateway, but takes whomever it tests. */
function testerAt(world: World, site: number): Gateway {
  const template = world.gateways[0];
  invariant(template !== undefined, "a scenario has a gateway");
  const { name, region } = world.sites[site] ?? template;
  return {
    ...template,
    name,
    region,
    site,
    settings: { ...template.settings, minPerfScore: 0, orchBlocklist: [], extraNodes: 0 },
    endpoints: [],
    scores: [],
  };
}
