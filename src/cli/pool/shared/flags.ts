/** What the options of the commands about a pool's books hold. */
import type { Rational } from "../../../core/rational.js";
import type { NonceRange } from "../../../pool/payouts/index.js";
import type { ChainFlags, WalletFlags } from "./paying.js";
import type { SchemeFlags, WeightFlags } from "./settings.js";

export interface BooksFlags {
  readonly db: string;
  readonly json: boolean;
}

/** Of `verify`: with `--ethUrl`, the chain too. */
export interface VerifyFlags extends BooksFlags, ChainFlags, WalletFlags {
  readonly chainId: number;
  readonly confirmations: number;
  readonly adopt: boolean;
  readonly adoptNonces?: NonceRange;
  readonly reason?: string;
}

export interface WorkerFlags extends BooksFlags {
  /** Of jobs and payouts. */
  readonly limit: number;
}

export interface ImportFlags extends BooksFlags, SchemeFlags {
  readonly source?: string;
  readonly nodeType?: string;
  readonly region?: string;
  readonly opening?: string;
  readonly orchestrator?: string;
  readonly bucket?: string;
  readonly sources?: string;
  readonly follow: boolean;
  /** Ms. */
  readonly every?: number;
  /** Events. */
  readonly batch?: number;
  readonly replay: boolean;
  /** Ms since 1970. */
  readonly since?: number;
  /** Ms since 1970. */
  readonly openingAt?: number;
  readonly withHistory?: boolean;
  readonly distinct?: boolean;
}

export interface VoidFlags extends BooksFlags {
  readonly reason: string;
}

export interface AssignFlags extends BooksFlags {
  readonly address?: string;
  readonly reason?: string;
  /** Ms. */
  readonly release?: number;
}

export interface AdjustFlags extends BooksFlags {
  readonly address: string;
  readonly nodeType: string;
  readonly region: string;
  readonly amount: bigint;
  readonly reason: string;
  readonly id: string;
}

export interface RoundsFlags extends BooksFlags {
  readonly close?: number;
}

export const EXPORTS = ["journal", "workers", "jobs", "tickets", "payouts"] as const;

export interface ExportFlags extends BooksFlags {
  readonly what: (typeof EXPORTS)[number];
}

export interface CompareFlags extends BooksFlags, WeightFlags {
  readonly roundHours?: number;
  readonly commission?: Rational;
}
