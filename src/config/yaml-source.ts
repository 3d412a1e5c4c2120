/**
 * A YAML file as plain values that remember where they stand. YAML is read strictly and within
 * limits: one document, no tags, no duplicate keys, finite numbers, bounded aliases and depth.
 */

import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  Parser,
  type Range,
  visit,
} from "yaml";
import { invariant } from "../core/errors.js";
import { grouped } from "../core/wording.js";
import { oneLine, type Path, type Place, type Problem, problemsError } from "./problem.js";

/** Bytes of YAML that are read at most. */
export const YAML_BYTES_MAX = 1_000_000;
const VALUES_MAX = 200_000;
const DEPTH_MAX = 100;

/** Values of a YAML text with their places. */
export interface YamlSource {
  readonly value: unknown;
  /** Where a value, or the key that leads to it, stands; undefined where nothing does. */
  readonly find: (path: Path, atKey: boolean) => Place | undefined;
}

/** Turns offsets of one file into places. */
interface Positions {
  readonly at: (offset: number) => Place;
}

function isValidUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function decode(bytes: Uint8Array, file: string): string {
  const text = new TextDecoder("utf-8").decode(bytes);
  // In valid UTF-8 a replacement character was written as such.
  const bad = isValidUtf8(bytes) ? text.indexOf("\0") : text.search(/[\0\ufffd]/);
  if (bad < 0) return text;
  const before = text.slice(0, bad).split("\n");
  const place = {
    text: `${file}:${before.length}:${(before.at(-1) ?? "").length + 1}`,
    order: bad,
  };
  const found = text.charAt(bad) === "\0" ? "a NUL byte" : "bytes that are not UTF-8";
  throw problemsError([{ place, path: "", text: `found ${found}, expected YAML text` }]);
}

type Targets = ReadonlyMap<Alias, Node>;

/** What each alias stands for: the last node before it with its anchor. One pass for all. */
function aliasTargets(document: Document.Parsed): Targets {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
    },
  });
  return targets;
}

/** Nodes to plain values. Keeps track of how much it has made: aliases can multiply. */
class Resolver {
  readonly #targets: Targets;
  readonly #positions: Positions;
  #values = 0;
  /** The outermost alias that is being followed: what makes too much of it is its fault. */
  #alias: Alias | undefined;

  constructor(targets: Targets, positions: Positions) {
    this.#targets = targets;
    this.#positions = positions;
  }

  #fail(node: { range?: Range | null | undefined }, path: Path, text: string): never {
    const place = this.#positions.at(node.range?.[0] ?? 0);
    throw problemsError([{ place, path: path.join("."), text }]);
  }

  resolve(node: unknown, path: Path): unknown {
    if (node === null || node === undefined) return null;
    if (!isNode(node)) return null;
    this.#values += 1;
    if (this.#values > VALUES_MAX) {
      this.#fail(this.#alias ?? node, [], `more than ${VALUES_MAX} values, aliases included`);
    }
    if (path.length > DEPTH_MAX) {
      this.#fail(this.#alias ?? node, [], `nested deeper than ${DEPTH_MAX} levels`);
    }
    if (node.tag !== undefined && !node.tag.startsWith("tag:yaml.org,2002:")) {
      this.#fail(node, path, `found the tag ${node.tag}, expected none`);
    }
    if (isAlias(node)) {
      const target = this.#targets.get(node);
      if (target === undefined) this.#fail(node, path, `no anchor is called "${node.source}"`);
      this.#alias ??= node;
      const value = this.resolve(target, path);
      if (this.#alias === node) this.#alias = undefined;
      return value;
    }
    if (isMap(node)) return this.#mapping(node.items, path);
    if (isSeq(node)) return node.items.map((item, index) => this.resolve(item, [...path, index]));
    return isScalar(node) ? this.#scalar(node, path) : null;
  }

  #scalar(node: { value: unknown; source?: string } & Node, path: Path): unknown {
    const { value, source } = node;
    if (typeof value === "number" && !Number.isFinite(value)) {
      this.#fail(node, path, `found ${source ?? value}, expected a finite number`);
    }
    // Beyond 2^53 a float is not what was written: exact settings read the digits themselves.
    const isExact = typeof value !== "number" || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
    if (!isExact && source !== undefined && /^[+-]?\d+$/.test(source)) return source;
    // An address without quotes is no number to whoever wrote it.
    if (source !== undefined && /^0x[0-9a-fA-F]{40}$/.test(source)) return source;
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) return value;
    return this.#fail(node, path, `found ${source ?? String(value)}, expected text or a number`);
  }

  #mapping(items: readonly Pair[], path: Path): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const { key, value } of items) {
      if (!isScalar(key) || key.value === null || typeof key.value === "object") {
        this.#fail(isNode(key) ? key : {}, path, "expected text as a key");
      }
      const name = String(key.value);
      if (name === "__proto__") this.#fail(key, path, `unknown key "${name}"`);
      if (Object.hasOwn(result, name)) {
        this.#fail(key, path, `the key ${JSON.stringify(name)} stands here a second time`);
      }
      result[name] = this.resolve(value, [...path, name]);
    }
    return result;
  }
}

function child(targets: Targets, node: unknown, part: string | number) {
  const parent = isAlias(node) ? targets.get(node) : node;
  if (isMap(parent)) {
    const pair = parent.items.find(
      ({ key }) => isScalar(key) && String(key.value) === String(part),
    );
    if (pair === undefined) return undefined;
    return { key: isNode(pair.key) ? pair.key : undefined, value: pair.value };
  }
  if (isSeq(parent) && typeof part === "number" && part < parent.items.length) {
    return { key: undefined, value: parent.items[part] };
  }
  return undefined;
}

function finder(root: unknown, targets: Targets, positions: Positions): YamlSource["find"] {
  return (path, atKey) => {
    let key: ParsedNode | Node | undefined;
    let value = root;
    for (const part of path) {
      const next = child(targets, value, part);
      if (next === undefined) return undefined;
      ({ key, value } = next);
    }
    const isShown = isNode(value) && value.range && !(isScalar(value) && value.source === "");
    const node = (atKey || !isShown) && key !== undefined ? key : value;
    return positions.at(isNode(node) ? (node.range?.[0] ?? 0) : 0);
  };
}

/** The message of a YAML error in a scenario's terms. */
function syntaxText(message: string): string {
  const [first = message] = message.split("\n");
  const text = first.replace(/ at line \d+, column \d+:?$/, "");
  return `not valid YAML: ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

/** Collections that are open at once: some more than {@link DEPTH_MAX} allows, said by the resolver. */
const OPEN_MAX = DEPTH_MAX + 20;

/**
 * The text's tokens. Deep nesting ends here: composing nests calls as deep as the text does, and
 * V8 ends the process where its compiler of regular expressions finds no room on the stack.
 */
function* tokensOf(
  source: string,
  lineCounter: LineCounter,
  positions: Positions,
): Generator<CST.Token> {
  const parser = new Parser(lineCounter.addNewLine);
  lineCounter.addNewLine(0);
  for (const lexeme of new Lexer().lex(source)) {
    yield* parser.next(lexeme);
    if (parser.stack.length <= OPEN_MAX) continue;
    const text = `nested deeper than ${DEPTH_MAX} levels`;
    throw problemsError([{ place: positions.at(parser.offset), path: "", text }]);
  }
  yield* parser.end();
}

function parse(source: string, lineCounter: LineCounter, positions: Positions): Document.Parsed {
  const composer = new Composer({
    lineCounter,
    prettyErrors: false,
    // Duplicates are found while values are made: the parser's own check is quadratic.
    uniqueKeys: false,
    logLevel: "error",
  });
  const tokens = tokensOf(source, lineCounter, positions);
  const [document, second] = composer.compose(tokens, true, source.length);
  invariant(document !== undefined, "there is a document, if an empty one");
  if (second !== undefined) {
    const place = positions.at(second.range[0]);
    throw problemsError([{ place, path: "", text: "found a second document, expected one" }]);
  }
  return document;
}

/**
 * Reads a YAML file.
 *
 * @param bytes at most {@link YAML_BYTES_MAX}
 * @param file its name for messages
 * @throws InputError (`SCENARIO_INVALID`) naming the first place that is wrong
 */
export function readYaml(bytes: Uint8Array, file: string): YamlSource {
  const start: Place = { text: `${file}:1:1`, order: 0 };
  if (bytes.length > YAML_BYTES_MAX) {
    const size = `more than ${grouped(YAML_BYTES_MAX)} bytes`;
    throw problemsError([{ place: start, path: "", text: `found ${size}, expected a scenario` }]);
  }
  const text = decode(bytes, file);
  const lineCounter = new LineCounter();
  const positions: Positions = {
    at: (offset) => {
      const { line, col } = lineCounter.linePos(offset);
      return { text: `${file}:${Math.max(1, line)}:${Math.max(1, col)}`, order: offset };
    },
  };
  const document = parse(text, lineCounter, positions);
  const problems: Problem[] = [...document.errors, ...document.warnings].map(
    ({ message, pos }) => ({
      place: positions.at(pos[0]),
      path: "",
      text: oneLine(syntaxText(message)),
    }),
  );
  if (problems.length > 0) throw problemsError(problems);
  const targets = aliasTargets(document);
  const value = new Resolver(targets, positions).resolve(document.contents, []);
  return { value, find: finder(document.contents, targets, positions) };
}
