/** What extensions are: ES modules of a user's own whose exports go into the registries. */
import type { OrchestratorSourceEntry } from "../../discovery/index.js";
import type { EventSourceEntry } from "../../pool/books/sources/entry.js";
import type { AdmissionEntry, SchemeEntry } from "../../pool/index.js";
import type { SelectionEntry } from "../../selection/index.js";

/** Which file an extension is: plain data, so that threads can load the same. */
export interface ExtensionFile {
  /** The file's absolute path. */
  readonly path: string;
  /** SHA-256 of its bytes, hex. */
  readonly sha256: string;
  /** Whether it imports nothing, so that the hash says all of what it computes. @default false */
  readonly isAlone?: boolean | undefined;
}

/** What an extension brings, as results record it. */
export interface ExtensionRecord {
  /** Base name of the file. */
  readonly name: string;
  /** SHA-256 of the file's bytes, hex. */
  readonly sha256: string;
  /** What it adds, such as `admission policy patience`. */
  readonly adds: readonly string[];
}

/** An extension that is loaded: what it brings is registered, for the life of the process. */
export interface Extension extends ExtensionFile, ExtensionRecord {
  /** The admission policies that it brings. */
  readonly admission: readonly AdmissionEntry[];
  /** The selection algorithms that it brings. */
  readonly selection: readonly SelectionEntry[];
  /** The attribution schemes that it brings. */
  readonly attribution: readonly SchemeEntry[];
  /** The kinds of orchestrator sources that it brings. */
  readonly orchestratorSources: readonly OrchestratorSourceEntry[];
  /** The kinds of event sources that it brings. */
  readonly eventSources: readonly EventSourceEntry[];
}

/** What a result says of extensions. */
export function extensionRecords(extensions: readonly Extension[]): readonly ExtensionRecord[] {
  return extensions.map(({ name, sha256, adds }) => ({ name, sha256, adds }));
}
