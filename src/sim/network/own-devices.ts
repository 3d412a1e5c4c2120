/** Devices that a scenario defines itself, beside those of the table. */
import { type Device, type DeviceFigure, isImputed, ofFigures } from "./devices.js";

/** What a scenario says of a device of its own; `like` names one of the table. */
export interface OwnDevice {
  readonly like?: string | undefined;
  readonly pixelsPerSecond?: number | undefined;
  readonly warmupMs?: number | undefined;
  readonly noiseCv?: number | undefined;
  readonly slowdown?: Readonly<Record<string, number>> | undefined;
  readonly encoderSessions?: number | undefined;
}

/** The device whose figures count where neither a scenario's own nor its `like` says one. */
export const DEFAULT_DEVICE = "gtx1060";

/**
 * A slow-down as scenarios write it, as the points of a device; one segment takes its own time.
 *
 * @param factors by segments at a time, e.g. `{ 4: 1.4 }`
 */
export function slowdownPoints(factors: Readonly<Record<string, number>>): Device["slowdown"] {
  return Object.entries({ 1: 1, ...factors })
    .map(([segments, factor]) => ({ segments: Number(segments), factor }))
    .sort((a, b) => a.segments - b.segments);
}

/**
 * The devices of the table and those of a scenario, which go before them. What a scenario says
 * counts as measured; what it leaves out without `like` is a guess.
 *
 * @param table the device table, which has the default device
 * @param own by name
 */
export function withOwnDevices(
  table: ReadonlyMap<string, Device>,
  own: Readonly<Record<string, OwnDevice>>,
): ReadonlyMap<string, Device> {
  const devices = new Map(table);
  for (const [name, said] of Object.entries(own)) {
    const base = table.get(said.like ?? DEFAULT_DEVICE);
    if (base !== undefined) devices.set(name, deviceOf(name, said, base));
  }
  return devices;
}

function deviceOf(name: string, said: OwnDevice, base: Device): Device {
  const says = (figure: DeviceFigure): boolean => {
    if (figure === "warmup") return said.warmupMs !== undefined;
    if (figure === "noise") return said.noiseCv !== undefined;
    return said[figure] !== undefined;
  };
  const isLike = said.like !== undefined;
  return {
    name,
    generation: isLike ? base.generation : "",
    pixelsPerSecond: said.pixelsPerSecond ?? base.pixelsPerSecond,
    warmupMs: said.warmupMs ?? base.warmupMs,
    noiseCv: said.noiseCv ?? base.noiseCv,
    slowdown: said.slowdown === undefined ? base.slowdown : slowdownPoints(said.slowdown),
    encoderSessions: said.encoderSessions ?? (isLike ? base.encoderSessions : null),
    basis: ofFigures((figure) =>
      says(figure) ? "measured" : isLike ? base.basis[figure] : "guess",
    ),
    source: ofFigures((figure) =>
      says(figure) ? "scenario" : isLike ? base.source[figure] : "none",
    ),
  };
}

/** What of a worker's figures a device gives. */
export interface DeviceUse {
  readonly device: Device;
  readonly figures: readonly DeviceFigure[];
}

/** Share of the figures that workers take from devices which nobody measured on them; 0 for none. */
export function imputedShare(uses: readonly DeviceUse[]): number {
  const all = uses.flatMap(({ device, figures }) => figures.map((one) => device.basis[one]));
  return all.length === 0 ? 0 : all.filter(isImputed).length / all.length;
}
