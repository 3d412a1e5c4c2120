/** Means: how long transfers and transcoding take a worker or a device without noise and company. */
import { InputError } from "../../../core/errors.js";
import { type Device, slowdownFactor } from "../../network/devices.js";
import { DEFAULT_DEVICE } from "../../network/own-devices.js";
import type { NetworkTables } from "../../network/tables.js";
import type { Scenario } from "../../scenario/schema.js";

/** What a worker has to do. */
export interface WorkLoad {
  readonly durationMs: number;
  readonly pixels: number;
  readonly sourceMbps: number;
  readonly outMbps: number;
}

/** How many segments a device works on, and whether this one is its session's first. */
export interface DeviceLoad {
  readonly segments: number;
  readonly isFirst: boolean;
}

/**
 * A device of the device table.
 *
 * @throws InputError (`DEVICE_UNKNOWN`)
 */
export function deviceOf({ devices }: NetworkTables, name: string | null | undefined): Device {
  const wanted = name ?? DEFAULT_DEVICE;
  const device = devices.get(wanted);
  if (device !== undefined) return device;
  throw new InputError(
    `unknown device "${wanted}", expected one of ${[...devices.keys()].join(", ")}`,
    { code: "DEVICE_UNKNOWN" },
  );
}

/** Transcoding on a device, ms: pixels ÷ rate × slow-down, and a warm-up at first; all × noise. */
export function transcodeMs(
  device: Device,
  pixels: number,
  load: DeviceLoad,
  noise: number,
): number {
  const alone = (pixels / device.pixelsPerSecond) * 1000;
  const base = alone * slowdownFactor(device.slowdown, load.segments);
  return (base + (load.isFirst ? device.warmupMs : 0)) * noise;
}

/** Mean round trip of a segment to a worker with nothing else to do, ms. */
export function meanRoundTripMs(options: {
  readonly settings: Scenario["workers"][number];
  readonly device: Device;
  readonly rttMs: number;
  readonly transferRtts: number;
  readonly work: WorkLoad;
}): number {
  const { settings, device, rttMs, transferRtts, work } = options;
  if (settings.roundTripMs !== undefined) return settings.roundTripMs;
  const transfers =
    (work.sourceMbps * work.durationMs) / settings.downloadMbps +
    (work.outMbps * work.durationMs) / settings.uploadMbps;
  const transcode = transcodeMs(device, work.pixels, { segments: 1, isFirst: false }, 1);
  return rttMs * (0.5 + 2 * transferRtts) + transfers + transcode;
}
