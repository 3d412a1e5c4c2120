/**
 * A scenario before validation: the file's values with overrides on top (`--set`, variants,
 * sensitivity cases), and for each setting the place that it comes from.
 */

import {
  type Finding,
  type Path,
  type Place,
  type Problem,
  pathText,
  problemsError,
} from "../../config/problem.js";
import { suggestion } from "../../config/suggest.js";
import type { YamlSource } from "../../config/yaml-source.js";
import { counted } from "../../core/wording.js";
import { childValue, defaultAt, isDurationAt, isListAt } from "./json-schema.js";

/** A setting that replaces another: its dotted path, value, and where that stands. */
export interface Override {
  readonly path: string;
  /** `null` removes the setting: its default counts. */
  readonly value: unknown;
  /** Computed, not written: a number for a span of time is in ms. */
  readonly isComputed?: boolean;
  /** Where a part of the value stands; the empty path with `atKey` is the override's own key. */
  readonly find: (path: Path, atKey: boolean) => Place | undefined;
}

interface Layer {
  readonly path: Path;
  readonly override: Override;
}

/** More than the offset of anything in a file. */
const AFTER_ALL = 1e12;

/** Plain values that can be changed: objects and arrays are copied on the way down. */
type Tree = Record<string, unknown>;

function isMapping(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The parts of a path; what a variant sets is itself a path, and one key. */
function partsOf(path: string): readonly string[] {
  const [, variant, setting] = /^variants\.([^.]+)\.(.+)$/.exec(path) ?? [];
  return variant === undefined || setting === undefined
    ? path.split(".")
    : ["variants", variant, setting];
}

function keyPlace(override: Override): Place {
  return override.find([], true) ?? { text: "override", order: -1 };
}

/** What names an item of a list: its name, or else its region (gateways). */
function itemName(item: unknown): string | undefined {
  for (const key of ["name", "region"]) {
    const value = childValue(item, key);
    if (typeof value === "string") return value;
  }
  return undefined;
}

/** A scenario in the making. Immutable: each override gives a new one. */
export class Draft {
  readonly value: unknown;
  readonly #source: YamlSource;
  readonly #layers: readonly Layer[];

  constructor(source: YamlSource, value: unknown = source.value, layers: readonly Layer[] = []) {
    this.value = value;
    this.#source = source;
    this.#layers = layers;
  }

  /**
   * The draft with one setting replaced. A part of the path that leads into a list is an index
   * or the name of an item; missing parents begin with their defaults.
   *
   * @throws InputError (`SCENARIO_INVALID`) when the path leads into a text, number or list end
   */
  with(override: Override): Draft {
    const parts = partsOf(override.path);
    if (parts.includes("") || parts.includes("__proto__")) {
      throw this.#error(override, "expected a path of names with dots between them");
    }
    const path: (string | number)[] = [];
    const root = isMapping(this.value) ? { ...this.value } : {};
    let parent: Tree | unknown[] = root;
    for (const [depth, text] of parts.entries()) {
      const isLast = depth === parts.length - 1;
      const part = this.#part(parent, text, path, override);
      path.push(part);
      if (isLast) {
        this.#place(parent, part, override, path);
        continue;
      }
      const child: unknown =
        childValue(parent, part) ?? defaultAt(path, root) ?? emptyAt(path, root);
      if (!isMapping(child) && !Array.isArray(child)) {
        throw this.#error(override, `${pathText(path)} has no settings of its own`);
      }
      const copy: Tree | unknown[] = Array.isArray(child) ? [...child] : { ...child };
      setChild(parent, part, copy);
      parent = copy;
    }
    return new Draft(this.#source, root, [...this.#layers, { path, override }]);
  }

  /** Where a setting stands; undefined when it does not exist. */
  find(path: Path, atKey: boolean): Place | undefined {
    return this.#locateExactly(path, atKey);
  }

  /** Where a setting stands; the closest thing around it when it does not exist. */
  locate(path: Path, atKey: boolean): Place {
    for (let length = path.length; length >= 0; length -= 1) {
      const place = this.#locateExactly(path.slice(0, length), atKey && length === path.length);
      if (place !== undefined) return place;
    }
    return { text: "scenario", order: 0 };
  }

  /** The same draft with another value: what is wrong replaced, to look further. */
  withValue(value: unknown): Draft {
    return new Draft(this.#source, value, this.#layers);
  }

  /**
   * The error for what is wrong with this draft.
   *
   * @param undescribed how many problems there are beyond the findings
   */
  error(findings: readonly Finding[], undescribed = 0): Error {
    return problemsError(this.problems(findings), undescribed);
  }

  /** What is wrong with this draft, and where. */
  problems(findings: readonly Finding[]): readonly Problem[] {
    return findings.map(({ path, atKey, text }): Problem => {
      const found = this.find(path, atKey ?? false);
      // What is missing comes after what is wrong.
      const around = found ?? this.locate(path, false);
      const place = found ?? { text: around.text, order: around.order + AFTER_ALL };
      return { place, path: pathText(path), text };
    });
  }

  #error(override: Override, text: string): Error {
    return problemsError([{ place: keyPlace(override), path: override.path, text }]);
  }

  /** One part of an override's path as a key or an index. */
  #part(parent: unknown, text: string, path: Path, override: Override): string | number {
    if (!Array.isArray(parent)) return text;
    const names = parent.map(itemName);
    const byName = names.indexOf(text);
    if (byName >= 0) return byName;
    const index = /^\d{1,6}$/.test(text) ? Number(text) : undefined;
    if (index !== undefined && index <= parent.length) return index;
    const list = pathText(path);
    const known = names.filter((name) => name !== undefined);
    throw this.#error(
      override,
      index === undefined
        ? `no item of ${list} is called ${JSON.stringify(text)}${suggestion(text, known)}`
        : `${list} has ${counted(parent.length, "item")}; 0 is the first, ${parent.length} would append one`,
    );
  }

  #place(parent: Tree | unknown[], part: string | number, override: Override, path: Path): void {
    const { value } = override;
    if (value === null && !Array.isArray(parent)) {
      delete parent[part];
      return;
    }
    const isSpan = override.isComputed && typeof value === "number";
    setChild(parent, part, isSpan && isDurationAt(path, this.value) ? `${value}ms` : value);
  }

  #locateExactly(path: Path, atKey: boolean): Place | undefined {
    for (const { path: set, override } of this.#layers.toReversed()) {
      const shared = set.findIndex((part, index) => part !== path[index]);
      if (shared === -1) return override.find(path.slice(set.length), atKey);
      const isParent = shared === path.length;
      if (isParent && path.length > 0 && this.#source.find(path, false) === undefined) {
        return keyPlace(override);
      }
    }
    return this.#source.find(path, atKey);
  }
}

function emptyAt(path: Path, root: unknown): unknown {
  return isListAt(path, root) ? [] : {};
}

function setChild(parent: Tree | unknown[], part: string | number, value: unknown): void {
  if (Array.isArray(parent)) parent[Number(part)] = value;
  else parent[String(part)] = value;
}
