/** `poolsim devices`: the device table, with how each figure is known. */
import { InputError } from "../../core/errors.js";
import { fixed } from "../../core/wording.js";
import { DEVICE_SOURCES } from "../../sim/network/device-sources.js";
import {
  DEVICE_FIGURES,
  type Device,
  type DeviceFigure,
  isImputed,
  parseDevices,
  slowdownFactor,
} from "../../sim/network/devices.js";
import { withOwnDevices } from "../../sim/network/own-devices.js";
import { styleOf, wrapped } from "../../sim/report/style.js";
import { table } from "../../sim/report/table.js";
import { loadScenario } from "../../sim/scenario/load.js";
import { packagedData } from "../../sim/scenario/packaged-data.js";
import { EXIT } from "../shared/failure.js";
import { checkJsonTarget, writeJson } from "../shared/json-target.js";
import { scenarioFile } from "../shared/scenario-file.js";
import type { Terminal, TextStream } from "../shared/terminal.js";
import { aiDetails, packagedAITables, renderAI } from "./ai.js";
import { MARKS } from "./marks.js";

export interface DevicesFlags {
  readonly ai: boolean;
  readonly details: boolean;
  readonly json?: string;
}

/** Output pixels of a second in livepeer_bench's default ladder: 240p, 360p and 720p at 30 fps. */
const LADDER_PIXELS = (426 * 240 + 640 * 360 + 1280 * 720) * 30;
const SESSIONS_MAX = 1000;

/** The most sessions of that ladder at which a segment takes no longer than it lasts. */
function realTimeSessions({ pixelsPerSecond, slowdown }: Device): number {
  const alone = LADDER_PIXELS / pixelsPerSecond;
  let sessions = 0;
  while (sessions < SESSIONS_MAX && alone * slowdownFactor(slowdown, sessions + 1) <= 1) sessions++;
  return sessions;
}

function render(devices: readonly Device[], { width, hasColour }: TextStream): string {
  const style = styleOf({ width, hasColour });
  const cells = (figure: DeviceFigure, text: (device: Device) => string) =>
    devices.map((device) => `${MARKS[device.basis[figure]]}${text(device)}`);
  const list = table(
    [
      { head: "device", cells: devices.map(({ name }) => name), align: "left" },
      {
        head: "encoders",
        cells: devices.map(({ generation }) => generation),
        align: "left",
        rank: 3,
      },
      {
        head: "Mpixel/s",
        cells: cells("pixelsPerSecond", (one) => fixed(one.pixelsPerSecond / 1e6, 0)),
      },
      {
        head: "in real time",
        cells: cells("slowdown", (one) => String(realTimeSessions(one))),
      },
      { head: "first, ms", cells: cells("warmup", (one) => `+${one.warmupMs}`), rank: 2 },
      { head: "spread", cells: cells("noise", (one) => String(one.noiseCv)), rank: 2 },
      {
        head: "encoder sessions",
        cells: cells("encoderSessions", (one) => String(one.encoderSessions ?? "any")),
        rank: 1,
      },
    ],
    style,
  );
  const all = devices.flatMap(({ basis }) => DEVICE_FIGURES.map((figure) => basis[figure]));
  const share = all.filter(isImputed).length / Math.max(1, all.length);
  const note = `In real time: sessions of 240p + 360p + 720p at 30 fps. ~ interpolated from other devices of its generation, ? a guess, neither measured on it: ${fixed(100 * share, 0)} % of all figures. What livepeer_bench shows on your own is better: devices in the scenario, or roundTripMs.`;
  return `${list}\n\n${style.dim(wrapped(note, width))}\n`;
}

function details(devices: readonly Device[], { width, hasColour }: TextStream): string {
  const style = styleOf({ width, hasColour });
  const rows = devices.flatMap((device) =>
    DEVICE_FIGURES.map((figure) => ({ device, figure, basis: device.basis[figure] })),
  );
  const list = table(
    [
      { head: "device", cells: rows.map(({ device }) => device.name), align: "left" },
      { head: "figure", cells: rows.map(({ figure }) => figure), align: "left" },
      { head: "known how", cells: rows.map(({ basis }) => basis), align: "left" },
      {
        head: "source",
        cells: rows.map(({ device, figure }) => device.source[figure]),
        align: "left",
      },
    ],
    style,
  );
  const sources = [...DEVICE_SOURCES].map(([key, { what, address }]) =>
    wrapped(`${key}: ${what}${address === "" ? "" : `, ${address}`}`, width, "  "),
  );
  return `\n${list}\n\n${sources.join("\n")}\n`;
}

/**
 * Lists the devices.
 *
 * @param scenario file with devices of its own, if any
 * @returns the exit code
 * @throws InputError for a scenario that is wrong, and for a file that cannot be written
 */
export function printDevices(
  scenario: string | undefined,
  flags: DevicesFlags,
  terminal: Terminal,
): number {
  if (flags.ai) return printAI(scenario, flags, terminal);
  const file = scenario === undefined ? undefined : scenarioFile(scenario);
  if (flags.json !== undefined) checkJsonTarget(flags.json, file === undefined ? [] : [file]);
  const own = file === undefined ? {} : loadScenario(file).base.scenario.devices;
  const name = "devices.csv";
  const packaged = parseDevices({ name, text: packagedData(name) });
  const devices = [...withOwnDevices(packaged, own).values()];
  const stream = flags.json === "-" ? terminal.stderr : terminal.stdout;
  stream.write(render(devices, stream));
  if (flags.details) stream.write(details(devices, stream));
  if (flags.json !== undefined) {
    writeJson(flags.json, `${JSON.stringify({ devices }, null, 2)}\n`, terminal);
  }
  return EXIT.ok;
}

function printAI(scenario: string | undefined, flags: DevicesFlags, terminal: Terminal): number {
  if (scenario !== undefined) {
    throw new InputError("--ai lists the network's AI models: expected no scenario", {
      code: "USAGE",
    });
  }
  if (flags.json !== undefined) checkJsonTarget(flags.json, []);
  const tables = packagedAITables();
  const stream = flags.json === "-" ? terminal.stderr : terminal.stdout;
  stream.write(renderAI(tables, stream));
  if (flags.details) stream.write(aiDetails(tables.models, stream));
  if (flags.json !== undefined) {
    const text = JSON.stringify(
      tables,
      (_, value: unknown) => (typeof value === "bigint" ? String(value) : value),
      2,
    );
    writeJson(flags.json, `${text}\n`, terminal);
  }
  return EXIT.ok;
}
