/** Sources of events as YAML files list them, and whatever is wrong in them by line and column. */
import { dirname } from "node:path";
import { type Path, pathText, valueText } from "../../../config/problem.js";
import { FILE_FIELDS } from "../../../config/registry.js";
import { readSetting } from "../../../config/setting-schema.js";
import { suggestion } from "../../../config/suggest.js";
import type { YamlSource } from "../../../config/yaml-source.js";
import { InputError } from "../../../core/errors.js";
import { instantOf } from "../../../core/instant.js";
import type { Environment, EventSourceEntry } from "../../../pool/books/sources/entry.js";
import { EVENT_SOURCES, SOURCE_LABELS } from "../../../pool/books/sources/registry.js";
import {
  type EventReader,
  type EventSource,
  eventSource,
} from "../../../pool/books/sources/source.js";
import { labelOf, nameOf } from "./source-parts.js";

/** The names of a kind's settings. */
function settingsOf({ settings }: EventSourceEntry): readonly string[] {
  return Object.keys(settings(FILE_FIELDS).shape);
}

type Mapping = Readonly<Record<string, unknown>>;

/** A YAML file with sources in it. */
export interface SourcesPlace {
  /** The file, for messages; folders of sources are beside it. */
  readonly file: string;
  /** Its values with their places. */
  readonly yaml: YamlSource;
  /** Where credentials come from. */
  readonly env: Environment;
}

/** Reads sources out of a YAML file. */
export class SourceList {
  readonly #file: string;
  readonly #env: Environment;
  readonly #yaml: YamlSource;

  constructor({ file, yaml, env }: SourcesPlace) {
    this.#file = file;
    this.#env = env;
    this.#yaml = yaml;
  }

  /** @throws InputError (`SOURCES`) with the place of the first that is wrong */
  read(list: unknown, path: Path): readonly EventSource[] {
    if (!Array.isArray(list) || list.length === 0) {
      this.#fail(path, `found ${valueText(list ?? null)}, expected a list of sources`);
    }
    const names = new Set<string>();
    return list.map((item: unknown, index): EventSource => {
      const source = this.#source(item, [...path, index]);
      if (names.has(source.name)) {
        this.#fail([...path, index, "name"], `"${source.name}" is another source's name too`);
      }
      names.add(source.name);
      return source;
    });
  }

  #source(value: unknown, path: Path): EventSource {
    const item = this.#mapping(value, path);
    const { all } = EVENT_SOURCES;
    this.#assertKeys(item, path, [...SOURCE_LABELS, ...all.flatMap(settingsOf)]);
    const named = all.filter((one) => item[one.name] !== undefined);
    const [entry] = named;
    if (entry === undefined || named.length > 1) {
      this.#fail(path, `expected one of ${all.map(({ name }) => name).join(", ")}`);
    }
    this.#assertKeys(item, path, [...SOURCE_LABELS, ...settingsOf(entry)]);
    const written = this.#text(item, "name", path);
    const labels = {
      name: this.#checked([...path, "name"], () => nameOf(written, "name")),
      nodeType: this.#label(item, "nodeType", path),
      region: this.#label(item, "region", path),
      sinceMs: this.#instant(item, "since", path),
    };
    return eventSource(entry.name, labels, this.#reader(entry, item, path));
  }

  /** What reads a source, of settings that its kind describes. */
  #reader({ name, settings, create }: EventSourceEntry, item: Mapping, path: Path): EventReader {
    const values: Record<string, unknown> = {};
    for (const [key, schema] of Object.entries(settings(FILE_FIELDS).shape)) {
      const read = readSetting(schema, item[key]);
      if (read.fault !== undefined) {
        if (item[key] === undefined) this.#fail(path, `${key} is missing`);
        this.#fail([...path, key, ...read.path], read.fault);
      }
      values[key] = read.value;
    }
    const context = { folder: dirname(this.#file), env: this.#env, where: name };
    return this.#checked([...path, name], () => create(values, context));
  }

  #mapping(value: unknown, path: Path): Mapping {
    if (isMapping(value)) return value;
    return this.#fail(path, `found ${valueText(value ?? null)}, expected a mapping`);
  }

  #assertKeys(item: Mapping, path: Path, known: readonly string[]): void {
    for (const key of Object.keys(item)) {
      if (known.includes(key)) continue;
      this.#fail([...path, key], `unknown key${suggestion(key, known)}`, true);
    }
  }

  #text(item: Mapping, key: string, path: Path): string {
    const value = item[key];
    if (typeof value === "string" && value !== "") return value;
    const isThere = value !== undefined;
    return this.#fail(
      isThere ? [...path, key] : path,
      isThere ? `found ${valueText(value)}, expected text` : `${key} is missing`,
    );
  }

  #textOr(item: Mapping, key: string, path: Path): string | undefined {
    return item[key] === undefined ? undefined : this.#text(item, key, path);
  }

  #label(item: Mapping, key: string, path: Path): string | undefined {
    const text = this.#textOr(item, key, path);
    if (text === undefined) return undefined;
    return this.#checked([...path, key], () => labelOf(text, key));
  }

  /** YAML takes what looks like a time for one: it comes as text here. */
  #instant(item: Mapping, key: string, path: Path): number | undefined {
    const text = this.#textOr(item, key, path);
    if (text === undefined) return undefined;
    const ms = instantOf(text, { isLoose: true });
    if (ms !== null) return ms;
    return this.#fail([...path, key], `found ${valueText(text)}, expected 2026-02-01T10:00:00Z`);
  }

  #checked<T>(path: Path, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const [last = ""] = path.slice(-1);
      return this.#fail(path, error.message.replace(`${last}: `, ""));
    }
  }

  #fail(path: Path, text: string, atKey = false): never {
    const place = this.#yaml.find(path, atKey)?.text ?? this.#file;
    const subject = path.length === 0 ? "" : `${pathText(path)}: `;
    throw new InputError(`${place}: ${subject}${text}`, { code: "SOURCES" });
  }
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
