/** What a scenario may say of things that happen at a time, once or periodically. */
import { z } from "zod";
import {
  duration,
  exact,
  integer,
  name,
  number,
  orchestratorName,
  region,
} from "../../config/fields.js";

const when = {
  at: duration("When it begins, counted from the end of the warm-up."),
  every: duration("It begins again after so long, and so on until the run ends.").optional(),
  watch: duration(
    "For so long before and after it figures are compared with those during it.",
  ).default(600_000),
};
const until = duration("How long it lasts.");
const orchestrator = orchestratorName(
  "Whose: a name or an address; default: the orchestrator under study.",
).optional();
const gateway = name("At which gateway.").optional();
const factor = number("Times what it is in the rest of the scenario.", 0, 1e9).optional();

const extraStreams = {
  streams: integer("How many streams begin.", 1, 10_000),
  length: duration("How long each of them lasts."),
  over: duration("They begin evenly spread over so long.").default(0),
  gateway: gateway.describe(
    "At which gateway; default: at all of them, by their shares of demand.",
  ),
};

/** By `kind`, in the order in which events of one instant happen. */
const KINDS = {
  price: z
    .strictObject({
      kind: z.literal("price"),
      ...when,
      orchestrator,
      factor,
      pricePerUnit: exact("Its new price, wei per pixelsPerUnit; instead of factor.").optional(),
      pixelsPerUnit: integer("Pixels that the price is for.", 1, 1e15).default(1),
      for: until.describe("Then the price is as before; default: it stays.").optional(),
    })
    .describe(
      "An orchestrator's price changes: for new sessions at once, for others when they are renewed (M-35), and then they are lost if it is more than twice as high (R-10).",
    ),
  stake: z
    .strictObject({
      kind: z.literal("stake"),
      ...when,
      orchestrator,
      factor,
      stakeLpt: number("Its new stake in LPT; instead of factor.", 0, 1e9).optional(),
      for: until.describe("Then the stake is as before; default: it stays.").optional(),
    })
    .describe("An orchestrator's stake changes for the gateways that select by it (L-13)."),
  outage: z
    .strictObject({
      kind: z.literal("outage"),
      ...when,
      for: until,
      worker: name("A worker, or all of a kind.").optional(),
      region: region("All workers and orchestrators there; its gateways go on.").optional(),
      orchestrator,
    })
    .describe(
      "A worker, a region or an orchestrator is out: an orchestrator can't be reached, a worker's tasks never come back (O-18).",
    ),
  restart: z
    .strictObject({
      kind: z.literal("restart"),
      ...when,
      orchestrator,
      for: until.describe("How long it is down.").default(0),
    })
    .describe(
      "An orchestrator's process begins anew: its sessions, their tokens (G-10) and what it works on are lost, and its workers connect again (O-14).",
    ),
  streams: z
    .strictObject({ kind: z.literal("streams"), ...when, ...extraStreams })
    .describe("Further streams begin, beside those of demand."),
  burst: z
    .strictObject({
      kind: z.literal("burst"),
      ...when,
      for: until.describe("How long sources are silent; at most 60 s, or their streams end (T-3)."),
      gateway: gateway.describe("Whose sources; default: all gateways'."),
    })
    .describe(
      "A burst of segments: sources are silent for a while and then send at once all that has piled up.",
    ),
  badSource: z
    .strictObject({ kind: z.literal("badSource"), ...when, ...extraStreams })
    .describe(
      "Streams begin that no orchestrator can transcode: each of their segments fails wherever it is sent (S-12 row 3), and every orchestrator that was tried holds a slot until O-10.",
    ),
};

export const event = z.discriminatedUnion("kind", [
  KINDS.price,
  KINDS.stake,
  KINDS.outage,
  KINDS.restart,
  KINDS.streams,
  KINDS.burst,
  KINDS.badSource,
]);

/** An event of a scenario. */
export type ScenarioEvent = z.output<typeof event>;

/** The kinds, in the order in which events of one instant happen. */
export const EVENT_KINDS = Object.keys(KINDS) as readonly ScenarioEvent["kind"][];
