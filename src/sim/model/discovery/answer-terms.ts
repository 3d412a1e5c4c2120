/** Whether a gateway may use what an orchestrator of a scenario answers (D-20 … D-25, B-13). */
import { Rational } from "../../../core/rational.js";
import {
  bitString,
  type JobCapabilities,
  type PerCapability,
} from "../../../discovery/capabilities.js";
import { ineligibility, onChainRejection } from "../../../discovery/eligibility.js";
import { DISCOVERY_DEFAULTS } from "../../../discovery/options.js";
import type { Rejection } from "../../../discovery/rejection.js";
import type { TicketLimits } from "../../../discovery/ticket-params.js";
import type { SessionPrice } from "../../../selection/index.js";
import type { Scenario } from "../../scenario/schema.js";
import type { TicketTerms } from "../money/tickets.js";
import type { GatewaySettings, Orchestrator } from "../world/world.js";

/** L1 block and round at which every gateway's checks are made; only differences matter. */
const NOW_BLOCK = 1_000_000n;
const NOW_ROUND = 1_000n;
const FIRST_EXPIRY = NOW_BLOCK + 40n;

/** What an orchestrator says of itself. */
export interface Answered {
  readonly name: string;
  readonly orchestrator: Orchestrator;
  readonly price: SessionPrice;
  readonly terms: TicketTerms | undefined;
  readonly capabilities: readonly number[];
  /** Of AI models. @default none */
  readonly models?: PerCapability | undefined;
}

/** What one gateway demands of answers. */
export class AnswerTerms {
  readonly #settings: GatewaySettings;
  readonly #limits: TicketLimits;

  constructor(settings: GatewaySettings, { tickets }: Scenario) {
    this.#settings = settings;
    this.#limits = {
      maxTicketEV: DISCOVERY_DEFAULTS.maxTicketEV,
      maxTotalEV: DISCOVERY_DEFAULTS.maxTotalEV,
      depositMultiplier: DISCOVERY_DEFAULTS.depositMultiplier,
      lastInitializedRound: NOW_ROUND,
      lastSeenL1Block: NOW_BLOCK,
      sender: {
        deposit: Rational.parse(tickets.deposit).floor(),
        withdrawRound: 0n,
        reserveFundsRemaining: Rational.parse(tickets.reserve).floor(),
      },
    };
  }

  /** Why an answer may not be used for a job; null when it may. */
  rejection(answered: Answered, job: JobCapabilities): Rejection | null {
    const { name, orchestrator, price, terms, capabilities, models } = answered;
    const { source, orchBlocklist } = this.#settings;
    return ineligibility(
      {
        transcoder: name,
        address: orchestrator.address,
        ticketParams: {
          recipient: orchestrator.address,
          faceValue: terms?.faceValue ?? 0n,
          winProb: terms?.winProb ?? 0n,
          recipientRandHash: "0x00",
          seed: 0n,
          expirationBlock: FIRST_EXPIRY,
          expirationParams: null,
        },
        priceInfo: { pricePerUnit: price.rational.num, pixelsPerUnit: price.rational.den },
        capabilities: {
          bitstring: bitString(capabilities),
          mandatories: [],
          capacities: null,
          version: orchestrator.version,
          constraints: models === undefined ? null : { minVersion: "", perCapability: models },
        },
        authToken: { token: "0x00", sessionId: "simulated", expiration: 0n },
        nodes: [],
      },
      {
        blacklist: source === "webhook" ? [] : orchBlocklist.map((entry) => entry.toLowerCase()),
        predicate: source === "onchain" ? (info) => onChainRejection(info, this.#limits) : null,
        job,
      },
    );
  }
}
