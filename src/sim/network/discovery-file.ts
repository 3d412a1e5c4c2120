/**
 * The file that `poolsim discover --json` writes and that a scenario takes as its network file: what
 * was found on the real network, and when.
 */
import { z } from "zod";
import { checkObject, checkText } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import { dataError } from "../../io/csv-table.js";
import type { DataText } from "./regions.js";

const MAX_ORCHESTRATORS = 20_000;
/** Of a list of one orchestrator. */
const MAX_ENTRIES = 100_000;
const MAX_CHARACTERS = 20_000_000;

/** Made where a network file is a discovery: it takes a while. */
function discoverySchema() {
  const text = z.string().max(4096);
  const whole = z.string().regex(/^-?\d{1,80}$/, "expected a whole number in quotes");
  const address = z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, "expected an address: 0x and 40 hex digits");
  const instant = z.iso.datetime({ precision: 3 });

  const discovered = z.object({
    /** Where it was asked. */
    uri: text,
    /** See `Verdict` of the discovery. */
    verdict: z.enum(["found", "eligible", "rejected"]),
    /** Why it is not tried, with the rule. */
    rejection: z.object({ rule: text, reason: text, detail: text }).nullable(),
    /** When a gateway tries it, from 1; on chain its rank by probability. */
    turn: z.int().min(1).nullable(),
    /** Of being a gateway's first choice (L-13); null off chain. */
    selectionProbability: z.number().min(0).max(1).nullable(),
    /** Trust (V-10). */
    score: z.number().nullable(),
    /** What came back: an answer, an error message of its own, or nothing. */
    reply: z.enum(["answer", "error", "none"]),
    latencyMs: z.number().min(0).nullable(),
    /** Who told of it (D-15); null = it is in the list. */
    advertisedBy: text.nullable(),
    transcoder: text.nullable(),
    /** Its own address. */
    address: text.nullable(),
    /** Whom tickets are paid to. */
    recipient: address.nullable(),
    /** Wei per `pixelsPerUnit` pixels. */
    pricePerUnit: whole.nullable(),
    pixelsPerUnit: whole.nullable(),
    /** Decimal, five digits after the point (B-9). */
    stakeLpt: z
      .string()
      .regex(/^\d{1,15}(\.\d{1,18})?$/, "expected a stake in LPT in quotes")
      .nullable(),
    version: text.nullable(),
    /** Capability numbers. */
    capabilities: z.array(z.int()).max(100_000).nullable(),
    /** How many of each at a time, by capability number, where it tells. */
    capacities: z.record(z.string(), z.number()).nullable(),
    /** Models by capability number. */
    models: z
      .record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            warm: z.boolean(),
            capacity: z.number(),
            capacityInUse: z.number().optional(),
            runnerVersion: text,
          }),
        ),
      )
      .nullable(),
    /** What its models run on, where it was asked; null = it did not tell. */
    hardware: z
      .array(
        z.object({
          pipeline: text,
          modelId: text,
          gpus: z.array(
            z.object({
              id: text,
              name: text,
              computeCapability: text,
              /** Bytes. */
              memoryFree: whole,
              memoryTotal: whole,
            }),
          ),
        }),
      )
      .max(MAX_ENTRIES)
      .nullable()
      .optional(),
    /** Its prices of models, where it was asked. */
    capabilitiesPrices: z
      .array(
        z.object({
          capability: z.int(),
          modelId: text,
          pricePerUnit: whole,
          pixelsPerUnit: whole,
        }),
      )
      .max(MAX_ENTRIES)
      .nullable()
      .optional(),
    /** Live runners that it lists, where it was asked. */
    runners: z
      .array(
        z.object({
          /** The orchestrator that it is listed for, which may be another. */
          address: text,
          url: text,
          app: text,
          version: text,
          mode: text,
          capacity: whole,
          capacityUsed: whole,
          capacityAvailable: whole,
          gpu: z.object({ id: text, name: text, vramMb: whole }).nullable(),
          price: z.object({ price: text, currency: text, unit: text }).nullable(),
          /** Why it does not count. */
          rejection: text.nullable(),
        }),
      )
      .max(MAX_ENTRIES)
      .nullable()
      .optional(),
  });

  return z.object({
    schemaVersion: z.literal(1),
    kind: z.literal("discovery"),
    /** Version of poolsim. */
    poolsim: text,
    /** When orchestrators were asked, UTC. */
    discoveredAt: instant,
    source: z.object({
      kind: text,
      /** When the source last confirmed its list, UTC. */
      confirmedAt: instant,
      /** Why the list is an old one. */
      staleBecause: text.nullable(),
    }),
    /** Whether gateways choose by stake, price and chance. */
    onChain: z.boolean(),
    elapsedMs: z.number().min(0),
    /** It was given up before everybody answered. */
    interrupted: z.boolean(),
    orchestrators: z.array(discovered).max(MAX_ORCHESTRATORS),
  });
}

let made: ReturnType<typeof discoverySchema> | undefined;

/** What `poolsim discover --json` writes. */
export type DiscoveryFile = z.output<ReturnType<typeof discoverySchema>>;
/** One orchestrator of a discovery file. */
export type DiscoveredOrchestrator = DiscoveryFile["orchestrators"][number];

/** Whether a network file is a discovery; else it is CSV. */
export function isDiscoveryFile(content: string): boolean {
  return /^\uFEFF?\s*\{/.test(content.slice(0, 1000));
}

/**
 * Reads a discovery as `poolsim discover --json` wrote it.
 *
 * @param file name for messages, and text; keys that are not known are passed over
 * @throws InputError (`DATA_FILE_INVALID`)
 */
export function parseDiscoveryFile(file: DataText): DiscoveryFile {
  checkObject({ file });
  checkText({ name: file.name, text: file.text });
  const { name, text: content } = file;
  const start = { line: 1, column: 1 };
  if (content.length > MAX_CHARACTERS) {
    const message = `${content.length} characters, expected at most ${MAX_CHARACTERS}`;
    throw dataError(name, start, message);
  }
  made ??= discoverySchema();
  const result = made.safeParse(readJson(name, content));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join(".") ?? "";
  throw new InputError(
    `${name}: ${path === "" ? "no discovery" : path}: ${issue?.message ?? "unexpected"} (expected what poolsim discover --json writes)`,
    { code: "DATA_FILE_INVALID" },
  );
}

function readJson(name: string, content: string): unknown {
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `no JSON (${why.slice(0, 200).replaceAll(/\s+/g, " ")}), expected what poolsim discover --json writes`;
    throw dataError(name, { line: 1, column: 1 }, message);
  }
}
