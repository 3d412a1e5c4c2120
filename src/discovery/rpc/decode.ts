/**
 * Answers from the wire to what gateways look at: byte strings become hex and whole numbers, and
 * whatever is longer than any honest answer is refused. What go-livepeer accepts within these
 * bounds is accepted, addresses of odd lengths included.
 */
import { RemoteError } from "../../core/errors.js";
import { fixedLength, recipientAddress } from "../address.js";
import type { Capabilities, ModelConstraint, PerCapability } from "../capabilities.js";
import type { OrchestratorInfo, PriceInfo, TicketParams } from "../orchestrator-info.js";
import type * as wire from "./generated/lp_rpc_pb.js";

/** A price for one capability and model, which orchestrators tell who asks without a job (G-8). */
export interface CapabilityPrice extends PriceInfo {
  /** The capability's number (K-1). */
  readonly capability: number;
  /** The model that the price is for, by its id. */
  readonly constraint: string;
}

/** A GPU behind an orchestrator. */
export interface Gpu {
  /** The device's identifier, as the node tells it. */
  readonly id: string;
  /** The device's name, as the node tells it. */
  readonly name: string;
  /** Compute capability, e.g. 8.9. */
  readonly major: number;
  /** The minor part of its compute capability. */
  readonly minor: number;
  /** Its free memory, in bytes. */
  readonly memoryFree: bigint;
  /** All of its memory, in bytes. */
  readonly memoryTotal: bigint;
}

/** What runs one model of one pipeline. */
export interface Hardware {
  /** The AI pipeline that the hardware serves. */
  readonly pipeline: string;
  /** The model that the hardware serves. */
  readonly modelId: string;
  /** Its graphics cards. */
  readonly gpus: readonly Gpu[];
}

/** An answer with what only polling asks for. */
export interface OrchestratorAnswer extends OrchestratorInfo {
  /** Prices of single capabilities and models. */
  readonly capabilitiesPrices: readonly CapabilityPrice[];
  /** What AI models run on. */
  readonly hardware: readonly Hardware[];
}

/** Most that an answer may hold; anything longer fails it (`ANSWER_TOO_LARGE`). */
export interface AnswerLimits {
  /**
   * Entries of any list or map; of advertised nodes the first ones are taken. From the wire there may be
   * 1024 fields of any kind and 64 for each of these entries, in all. @default 1024
   */
  readonly maxEntries?: number | undefined;
  /** Characters of any text. @default 4096 */
  readonly maxTextLength?: number | undefined;
}

/** The default of {@link AnswerLimits.maxEntries}. */
export const MAX_ENTRIES = 1024;
/** Largest address or hash that is taken; gateways cut longer ones (20 and 32 bytes are normal). */
const MAX_ID_BYTES = 64;
/** Every amount fits a word of the chain. */
const MAX_NUMBER_BYTES = 32;

/**
 * Decodes an answer.
 *
 * @param message as received
 * @param limits see {@link AnswerLimits}
 * @throws RemoteError (`ANSWER_TOO_LARGE`) for a part beyond its bound
 */
export function decodeAnswer(
  message: wire.OrchestratorInfo,
  limits: AnswerLimits = {},
): OrchestratorAnswer {
  const { maxEntries = MAX_ENTRIES, maxTextLength = 4096 } = limits;
  return new Decoder(maxEntries, maxTextLength).answer(message);
}

class Decoder {
  readonly #maxEntries: number;
  readonly #maxTextLength: number;

  constructor(maxEntries: number, maxTextLength: number) {
    this.#maxEntries = maxEntries;
    this.#maxTextLength = maxTextLength;
  }

  answer(message: wire.OrchestratorInfo): OrchestratorAnswer {
    const { ticketParams, priceInfo, capabilities, authToken } = message;
    return {
      transcoder: this.#text(message.transcoder, "transcoder"),
      ticketParams: ticketParams === undefined ? null : this.#ticketParams(ticketParams),
      priceInfo: priceInfo === undefined ? null : price(priceInfo),
      address: hex(message.address, "address"),
      capabilities: capabilities === undefined ? null : this.#capabilities(capabilities),
      authToken:
        authToken === undefined
          ? null
          : {
              token: this.#token(authToken.token),
              sessionId: this.#text(authToken.sessionId, "session_id"),
              expiration: authToken.expiration,
            },
      // Only the first few are ever followed (D-16).
      nodes: message.nodes.slice(0, this.#maxEntries).map((node) => this.#text(node, "nodes")),
      capabilitiesPrices: this.#list(message.capabilitiesPrices, "capabilities_prices").map(
        (entry) => ({
          ...price(entry),
          capability: entry.capability,
          constraint: this.#text(entry.constraint, "constraint"),
        }),
      ),
      hardware: this.#list(message.hardware, "hardware").map((entry) => this.#hardware(entry)),
    };
  }

  #ticketParams(params: wire.TicketParams): TicketParams {
    const { expirationParams } = params;
    return {
      recipient: recipientAddress(hex(params.recipient, "recipient")),
      faceValue: number(params.faceValue, "face_value"),
      winProb: number(params.winProb, "win_prob"),
      recipientRandHash: fixedLength(hex(params.recipientRandHash, "recipient_rand_hash"), 32),
      seed: number(params.seed, "seed"),
      expirationBlock: number(params.expirationBlock, "expiration_block"),
      expirationParams:
        expirationParams === undefined
          ? null
          : {
              creationRound: expirationParams.creationRound,
              creationRoundBlockHash: fixedLength(
                hex(expirationParams.creationRoundBlockHash, "creation_round_block_hash"),
                32,
              ),
            },
    };
  }

  #capabilities(message: wire.Capabilities): Capabilities {
    const { constraints } = message;
    return {
      bitstring: this.#list(message.bitstring, "bitstring"),
      mandatories: this.#list(message.mandatories, "mandatories"),
      capacities: new Map(
        this.#entries(message.capacities, "capacities").map(([key, count]) => [Number(key), count]),
      ),
      version: this.#text(message.version, "version"),
      constraints:
        constraints === undefined
          ? null
          : {
              minVersion: this.#text(constraints.minVersion, "minVersion"),
              perCapability: this.#perCapability(constraints),
            },
    };
  }

  #perCapability({ PerCapability }: wire.Capabilities_Constraints): PerCapability {
    return new Map(
      this.#entries(PerCapability, "PerCapability").map(([capability, { models }]) => [
        Number(capability),
        new Map(
          this.#entries(models, "models").map(([id, model]): [string, ModelConstraint] => [
            this.#text(id, "model id"),
            {
              warm: model.warm,
              capacity: model.capacity,
              runnerVersion: this.#text(model.runnerVersion, "runnerVersion"),
              capacityInUse: model.capacityInUse,
            },
          ]),
        ),
      ]),
    );
  }

  #hardware(message: wire.HardwareInformation): Hardware {
    return {
      pipeline: this.#text(message.pipeline, "pipeline"),
      modelId: this.#text(message.modelId, "model_id"),
      gpus: this.#entries(message.gpuInfo, "gpu_info").map(([, gpu]) => ({
        id: this.#text(gpu.id, "GPU id"),
        name: this.#text(gpu.name, "GPU name"),
        major: gpu.major,
        minor: gpu.minor,
        memoryFree: gpu.memoryFree,
        memoryTotal: gpu.memoryTotal,
      })),
    };
  }

  #text(value: string, field: string): string {
    if (value.length > this.#maxTextLength) tooLarge(field, `${value.length} characters`);
    return value;
  }

  #token(value: Uint8Array): string {
    if (value.length > this.#maxTextLength) tooLarge("token", `${value.length} bytes`);
    return toHex(value);
  }

  #list<T>(list: readonly T[], field: string): readonly T[] {
    if (list.length > this.#maxEntries) tooLarge(field, `${list.length} entries`);
    return list;
  }

  #entries<T>(map: Readonly<Record<string, T>>, field: string): [string, T][] {
    const entries = Object.entries(map);
    if (entries.length > this.#maxEntries) tooLarge(field, `${entries.length} entries`);
    return entries;
  }
}

function price({ pricePerUnit, pixelsPerUnit }: wire.PriceInfo): PriceInfo {
  return { pricePerUnit, pixelsPerUnit };
}

/** G-2: minimal big-endian, no bytes = 0. */
function number(bytes: Uint8Array, field: string): bigint {
  if (bytes.length > MAX_NUMBER_BYTES) tooLarge(field, `${bytes.length} bytes`);
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes));
}

function hex(bytes: Uint8Array, field: string): string {
  if (bytes.length > MAX_ID_BYTES) tooLarge(field, `${bytes.length} bytes`);
  return toHex(bytes);
}

function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

function tooLarge(field: string, size: string): never {
  throw new RemoteError(`the answer's ${field} has ${size}`, { code: "ANSWER_TOO_LARGE" });
}
