/** From a file to what the registries hold: an extension's exports, checked and wrapped. */
import { basename } from "node:path";
import { z } from "zod";
import type { Registry, RegistryEntry } from "../../config/registry.js";
import { suggestion } from "../../config/suggest.js";
import { InputError } from "../../core/errors.js";
import { ORCHESTRATOR_SOURCES } from "../../discovery/index.js";
import { EVENT_SOURCES } from "../../pool/books/sources/registry.js";
import { ADMISSION_POLICIES, ATTRIBUTION_SCHEMES } from "../../pool/index.js";
import { SELECTION_ALGORITHMS } from "../../selection/index.js";
import { algorithmOf, eventSourceOf, orchestratorSourceOf, policyOf, schemeOf } from "./entries.js";
import type { Extension, ExtensionFile } from "./extension.js";
import { extensionError, readModule } from "./read-module.js";

/** What an extension may export, each a list of entries of one kind. */
const KINDS = [
  "admission",
  "selection",
  "attribution",
  "orchestratorSources",
  "eventSources",
] as const;

type Kind = (typeof KINDS)[number];
type Exports = Readonly<Record<string, unknown>>;

function entriesOf<Entry>(
  path: string,
  kind: string,
  exported: unknown,
  entryOf: (path: string, value: unknown) => Entry,
): readonly Entry[] {
  if (exported === undefined) return [];
  if (!Array.isArray(exported)) throw extensionError(path, `${kind}: expected a list`);
  return exported.map((value: unknown, index) => {
    try {
      return entryOf(path, value);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const [issue] = error.issues;
      const place = [kind, index, ...(issue?.path ?? [])].map(String).join(".");
      throw extensionError(path, `${place}: ${issue?.message ?? "wrong"}`, error);
    }
  });
}

/** Extensions of this process, by the hash of their bytes. */
const loaded = new Map<string, Extension>();

/** Entries of one kind that are to be registered once all of the extension's are known to be right. */
class Addition<Entry extends RegistryEntry> {
  readonly entries: readonly Entry[];
  readonly #registry: Registry<Entry>;

  constructor(
    {
      path,
      exports,
      kind,
    }: { readonly path: string; readonly exports: Exports; readonly kind: Kind },
    registry: Registry<Entry>,
    entryOf: (path: string, value: unknown) => Entry,
  ) {
    this.entries = entriesOf(path, kind, exports[kind], entryOf);
    this.#registry = registry;
    this.#assertFree(path);
  }

  #assertFree(path: string): void {
    const seen = new Set<string>();
    for (const { name } of this.entries) {
      try {
        this.#registry.assertFree(name);
      } catch (error) {
        throw error instanceof InputError ? extensionError(path, error.message, error) : error;
      }
      if (seen.has(name)) throw extensionError(path, `it exports two of the name ${name}`);
      seen.add(name);
    }
  }

  /** What is added, as results say it. */
  get adds(): readonly string[] {
    return this.entries.map(({ name }) => `${this.#registry.kind} ${name}`);
  }

  register(): void {
    for (const entry of this.entries) this.#registry.add(entry);
  }
}

/**
 * Loads an extension, and registers what it exports.
 *
 * @throws InputError (`EXTENSION`)
 */
export async function loadOne({
  path,
  sha256: expected,
}: Partial<ExtensionFile> & { path: string }) {
  const { sha256, isAlone, exports } = await readModule(path, expected);
  const known = loaded.get(sha256);
  if (known !== undefined) return { ...known, path, name: basename(path) };
  for (const name of Object.keys(exports)) {
    if ((KINDS as readonly string[]).includes(name)) continue;
    const hint = suggestion(name, KINDS) || `, expected one of ${KINDS.join(", ")}`;
    throw extensionError(path, `unknown export ${name}${hint}`);
  }
  const of = (kind: Kind) => ({ path, exports, kind });
  const admission = new Addition(of("admission"), ADMISSION_POLICIES, policyOf);
  const selection = new Addition(of("selection"), SELECTION_ALGORITHMS, algorithmOf);
  const attribution = new Addition(of("attribution"), ATTRIBUTION_SCHEMES, schemeOf);
  const orchestrators = new Addition(
    of("orchestratorSources"),
    ORCHESTRATOR_SOURCES,
    orchestratorSourceOf,
  );
  const events = new Addition(of("eventSources"), EVENT_SOURCES, eventSourceOf);
  const all = [admission, selection, attribution, orchestrators, events];
  const adds = all.flatMap((addition) => addition.adds);
  if (adds.length === 0) {
    throw extensionError(path, `it exports nothing, expected ${KINDS.join(", ")}`);
  }
  for (const addition of all) addition.register();
  const extension = {
    path,
    sha256,
    isAlone,
    name: basename(path),
    adds,
    admission: admission.entries,
    selection: selection.entries,
    attribution: attribution.entries,
    orchestratorSources: orchestrators.entries,
    eventSources: events.entries,
  };
  loaded.set(sha256, extension);
  return extension;
}
