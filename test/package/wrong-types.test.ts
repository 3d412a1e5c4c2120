/**
 * Programs without types, at the faces that ask, serve, load and print: whatever is given in place of an
 * object, a text or a number is refused by its name, and nothing fails in the middle of poolsim.
 */
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { Rational } from "../../src/core/rational.js";
import * as api from "../../src/pool/api/index.js";
import * as books from "../../src/pool/books/index.js";
import { byWeights, schemeOfSetting } from "../../src/pool/index.js";
import {
  createSelection,
  parsePerformanceScores,
  StreamSessions,
} from "../../src/selection/index.js";
import * as sim from "../../src/sim/index.js";
import { eventSourceLaws } from "../../src/testing/index.js";
import { openBooks } from "../support/books/books.js";

const OBJECTS = [undefined, null, "x", 5, Number.NaN, 5n];
const LISTS = [undefined, null, 5, Number.NaN, 5n, {}];
const TEXTS = [undefined, null, 5, Number.NaN, 5n, [], {}];
const NUMBERS = [null, "5", Number.NaN, -1, 5n, [], {}];

type Case = readonly [
  what: string,
  values: readonly unknown[],
  call: (value: never) => unknown,
  code?: string,
];

const { store } = openBooks();
const key = { id: "k", source: "s", secret: new Uint8Array(32), notBeforeMs: 0, notAfterMs: 1 };
const apiOptions = {
  books: store,
  recorder: api.recorderOf(store),
  settings: () => ({}) as never,
  keys: new api.KeyRing([key]),
  admission: {} as never,
  version: "1",
};
const created = (given: object) => api.createPoolApi({ ...apiOptions, ...given });
const credentials = { accessKey: "a", secretKey: "b" };
const bucket = { endpoint: "http://127.0.0.1:1", bucket: "b", credentials, source: "s" };
const feed = { source: "s", now: () => 1e12 };
const { ingest } = openBooks();

const CASES: readonly Case[] = [
  ["api.createPoolApi", OBJECTS, (options) => api.createPoolApi(options)],
  ["api.createPoolApi books", OBJECTS, (value) => created({ books: value })],
  ["api.createPoolApi recorder", [...OBJECTS, {}], (value) => created({ recorder: value })],
  ["api.createPoolApi keys", [...OBJECTS, {}, []], (value) => created({ keys: value })],
  ["api.createPoolApi settings", [undefined, {}, "x"], (value) => created({ settings: value })],
  ["api.createPoolApi region", ["", "a:b", null, 5], (value) => created({ region: value })],
  ["api.createPoolApi readLimit", [null, "x", 5], (value) => created({ readLimit: value })],
  ["api.createPoolApi now", [null, 5, "x"], (value) => created({ now: value })],
  ["api.servePoolApi", OBJECTS, (options) => api.servePoolApi(options)],
  [
    "api.servePoolApi api",
    [...OBJECTS, {}],
    (value) => api.servePoolApi({ api: value, host: "127.0.0.1", port: 0, tls: null }),
  ],
  [
    "api.servePoolApi host",
    [...TEXTS, ""],
    (value) => api.servePoolApi({ api: created({}), host: value, port: 0, tls: null }),
  ],
  ["api.KeyRing", LISTS, (keys) => new api.KeyRing(keys), "API_KEYS"],
  ["api.KeyRing key", [...OBJECTS, {}], (one) => new api.KeyRing([one]), "API_KEYS"],
  ["api.recorderOf", OBJECTS, (value) => api.recorderOf(value)],
  ["api.recorderThread", OBJECTS, (options) => api.recorderThread(options)],
  ["api.recorderThread path", [...TEXTS, ""], (path) => api.recorderThread({ path })],
  [
    "api.selfSignedCertificate",
    [...TEXTS, ""],
    (name) => api.selfSignedCertificate(name),
    "TLS_NAME",
  ],
  ["api.selfSignedCertificate nowMs", NUMBERS, (nowMs) => api.selfSignedCertificate("a", nowMs)],
  ["api.signRequest", OBJECTS, (request) => api.signRequest(new Uint8Array(32), request)],
  ["api.signAnswer", OBJECTS, (answer) => api.signAnswer(new Uint8Array(32), answer)],
  [
    "books.importFiles paths",
    [undefined, null, 5, "x"],
    (paths) => books.importFiles(paths, store, ingest, feed),
  ],
  [
    "books.importFiles options",
    OBJECTS,
    (options) => books.importFiles([], store, ingest, options),
  ],
  [
    "books.importFiles now",
    [undefined, null, 5, "x"],
    (now) => books.importFiles([], store, ingest, { ...feed, now }),
  ],
  [
    "books.importFiles now()",
    [null, "x", Number.NaN, -1],
    (at) => books.importFiles([], store, ingest, { ...feed, now: () => at }),
  ],
  [
    "books.importBucket timeoutMs",
    NUMBERS,
    (timeoutMs) => books.importBucket(store, ingest, { ...bucket, ...feed, timeoutMs }),
  ],
  [
    "books.importBucket maxObjectBytes",
    NUMBERS,
    (maxObjectBytes) => books.importBucket(store, ingest, { ...bucket, ...feed, maxObjectBytes }),
  ],
  [
    "books.changeSettings renditions",
    [-1n, 2n ** 100n],
    (renditions) => books.changeSettings(store, { renditions }),
    "RENDITIONS",
  ],
  [
    "books.changeSettings commission",
    [null, 5, "0.1", Rational.of(1n)],
    (commission) => books.changeSettings(store, { commission }),
  ],
  [
    "books.changeSettings feeShare",
    [null, 5, "0.1", {}],
    (feeShare) => books.changeSettings(store, { feeShare }),
  ],
  ["books.changeSettings", OBJECTS, (change) => books.changeSettings(store, change)],
  ["books.SqlitePoolStore", OBJECTS, (options) => new books.SqlitePoolStore(options)],
  ["pool.byWeights", [null, {}, [], "x", 5], (weights) => byWeights(weights), "WEIGHTS"],
  ["pool.schemeOfSetting", [undefined, null, 5, []], (value) => schemeOfSetting(value), "SCHEME"],
  [
    "selection.createSelection",
    [undefined, null, 5, []],
    (setting) => createSelection(setting, {} as never),
    "SELECTION_UNKNOWN",
  ],
  [
    "selection.parsePerformanceScores",
    [undefined, null, 5],
    (region) => parsePerformanceScores("{}", region),
  ],
  ["selection.StreamSessions.open", OBJECTS, (options) => StreamSessions.open(options)],
  [
    "selection.StreamSessions.open source",
    [...OBJECTS, {}],
    (source) => StreamSessions.open({ source } as never),
  ],
  ["sim.loadScenario", TEXTS, (file) => sim.loadScenario(file), "SCENARIO_INVALID"],
  [
    "sim.runExperiment",
    [...OBJECTS.filter((value) => value !== "x"), {}, []],
    (scenario) => sim.runExperiment(scenario),
  ],
  ["sim.advise", [undefined, null, 5, {}], (scenario) => sim.advise(scenario)],
  ["sim.sweep", [undefined, null, 5, {}], (scenario) => sim.sweep(scenario)],
  [
    "sim.runExperiment options",
    [null, "x", 5],
    (options) => sim.runExperiment("docs/examples/cliff.yaml", options),
  ],
  ["sim.simulate input", [...OBJECTS, {}], (input) => sim.simulate(input, { replication: 0 })],
  [
    "sim.simulate options",
    OBJECTS,
    (options) => sim.simulate({ scenario: { duration: 1 } } as never, options),
  ],
  ["sim.loadExtensions", [undefined, null, 5, {}, "x"], (paths) => sim.loadExtensions(paths)],
  ["sim.parseDiscoveryFile", OBJECTS, (file) => sim.parseDiscoveryFile(file)],
  ["sim.parseSetting", TEXTS, (text) => sim.parseSetting(text)],
  ["sim.parseVary", TEXTS, (text) => sim.parseVary(text)],
  ["sim.renderReport", [...OBJECTS, {}, []], (result) => sim.renderReport(result)],
  ["sim.renderVerdict", [...OBJECTS, {}, []], (result) => sim.renderVerdict(result)],
  ["sim.renderAdvice", [...OBJECTS, {}, []], (result) => sim.renderAdvice(result)],
  ["sim.renderSweep", [...OBJECTS, {}, []], (result) => sim.renderSweep(result)],
  ["sim.renderHtml", [...OBJECTS, {}, []], (result) => sim.renderHtml(result, { todayMs: 0 })],
  ["sim.renderJson", LISTS, (results) => sim.renderJson(results)],
  ["testing.eventSourceLaws", OBJECTS, (options) => eventSourceLaws({} as never, options)],
];

describe("what has another type is refused", () => {
  for (const [what, values, call, code = "OPTION_INVALID"] of CASES) {
    it(`by ${what}`, async () => {
      for (const value of values) {
        const refused = await outcome(async () => await call(value as never));
        expect(refused, `${typeof value} ${String(value)}`).toBeInstanceOf(InputError);
        expect(refused).toMatchObject({ code });
      }
    });
  }
});

async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}
