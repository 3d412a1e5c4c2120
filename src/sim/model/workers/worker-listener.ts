/**
 * Who is told what happens in the pool. In a run without a listener, nothing is built for one, so that
 * it costs no time.
 */
import type { AIKind } from "../../ai/ai-world.js";
import type { Call } from "../entities.js";
import type { TicketTerms } from "../money/tickets.js";

/** An AI job as a listener hears of it. */
export interface HeardAIJob {
  readonly worker: number;
  readonly node: number;
  /** Names its request among all of a run, and which of its submits it is. */
  readonly order: number;
  readonly submit: number;
  /** What is asked for; null: nothing is under way. */
  readonly spec: AIKind | null;
  readonly units: number;
  readonly live: boolean;
  readonly counted: boolean;
  readonly cold: boolean;
  readonly fails: boolean;
  /** When its orchestrator got it, ms. */
  readonly arrivedMs: number;
}

/**
 * Is told what happens, in order of time. The objects that it is given belong to the model, which
 * uses them again: a listener must copy what it wants to keep.
 */
export interface WorkerListener {
  /** A worker has registered with its node. */
  connected(worker: number, atMs: number): void;
  /** A worker's stream has ended. */
  disconnected(worker: number, atMs: number): void;
  /** A worker has delivered a segment that counts. */
  worked(call: Call, responseMs: number, atMs: number): void;
  /** Of the tickets that came with a segment that counts, some have won. */
  won(call: Call, count: number, terms: TicketTerms, atMs: number): void;
  /** A worker has registered with its node for AI jobs. */
  aiConnected?(worker: number, atMs: number): void;
  /** Its stream for AI jobs has ended. */
  aiDisconnected?(worker: number, atMs: number): void;
  /** A worker's answer to an AI job has come in, an error's too (job-received, E-15). */
  aiReceived?(job: HeardAIJob, atMs: number): void;
  /** A worker has done a batch AI job; of live video nothing is told (E-16). */
  aiProcessed?(job: HeardAIJob, atMs: number): void;
}
