/**
 * A gateway at run time: its settings turned into the library's own objects, shared by all its
 * streams. Testers are gateways that know one orchestrator at a time.
 */
import { invariant } from "../../../core/errors.js";
import { uniform } from "../../../core/random.js";
import type { JobCapabilities } from "../../../discovery/capabilities.js";
import { DEFAULT_CAPABILITIES } from "../../../discovery/capability.js";
import { jobCapabilities } from "../../../discovery/job-capabilities.js";
import { DiscoveryRound } from "../../../discovery/round.js";
import type { RoundAnswer } from "../../../discovery/round-words.js";
import { Suspender } from "../../../discovery/suspension.js";
import {
  type AttemptObserver,
  type Chooser,
  firstInOrder,
  MinLSSelector,
  PerformanceScores,
  poolNumOrchs,
  SegmentAttempt,
  SessionPool,
  SessionsManager,
  VerifiedAttempt,
} from "../../../selection/index.js";
import { type Lognormal, lognormal } from "../../engine/distributions.js";
import type { AttemptNoise } from "../at-once/noise.js";
import { selectionDraw, verificationDraw } from "../draws.js";
import { Segment, type SessionInfo, type SimSession, type Stream } from "../entities.js";
import type { Market } from "../money/market.js";
import type { Recorder } from "../recorder.js";
import type { Run } from "../run.js";
import { SessionPoolRecorder } from "../session-pool-recorder.js";
import type { Trace } from "../trace.js";
import { mostRenditions } from "../world/renditions.js";
import type { Gateway, World } from "../world/world.js";
import { AnswerTerms } from "./answer-terms.js";
import { PoolSuspender } from "./pool-suspender.js";
import { recipientChooser } from "./recipients.js";

/** What nodes answer to the gateway of a site: the same in all runs of a world, worked out once. */
const answers = new WeakMap<World, (RoundAnswer | undefined)[][]>();

function answersOf(world: World, site: number): (RoundAnswer | undefined)[] {
  const bySite = answers.get(world) ?? world.sites.map(() => []);
  answers.set(world, bySite);
  return bySite[site] ?? [];
}

/** So many rounds are kept for later ones. */
const ROUNDS_KEPT = 64;

/**
 * A pool of trusted orchestrators that nobody will ever be in, as it mostly is. It keeps nothing, so that all
 * streams share it: its refreshes are over at once, and it does not end with one of them.
 */
class EmptyPool extends SessionPool<SessionInfo> {
  constructor() {
    super({
      poolSize: 0,
      numOrchs: 0,
      selector: new MinLSSelector<SessionInfo>(),
      suspender: new Suspender(),
    });
  }

  override cleanup(): SimSession[] {
    return [];
  }
}

/** What a gateway's streams share. */
export class GatewayRuntime {
  readonly site: number;
  readonly region: string;
  readonly regionIndex: number;
  readonly name: string;
  readonly settings: Gateway["settings"];
  readonly streams: Gateway["streams"];
  /** Of its segments. */
  readonly duration: Lognormal;
  readonly verificationFreq: number;
  readonly scores = new PerformanceScores();
  readonly chooser: Chooser;
  /** What a trusted and an untrusted discovery ask (D-7). */
  readonly trusted: readonly number[];
  readonly untrusted: readonly number[];
  readonly hasSender: boolean;
  readonly #world: World;
  /** All segments of all gateways, by slot. */
  readonly #segments: Segment[];
  readonly #idle: Segment[] = [];
  readonly #rounds: DiscoveryRound[] = [];
  readonly #noTrusted = new EmptyPool();
  readonly #trace: Trace;
  readonly #observer: AttemptObserver<SessionInfo>;
  readonly #poolObserver: SessionPoolRecorder;
  readonly job: JobCapabilities;
  readonly #terms: AnswerTerms;
  readonly #market: Market;
  /** By place of its price, then by node: what it answers. */
  readonly #answers: (RoundAnswer | undefined)[];
  /** See {@link transcoderOf}. */
  readonly #transcoders: Int32Array;

  constructor(options: {
    readonly gateway: Gateway;
    readonly run: Run;
    /** All segments of all gateways, by slot. */
    readonly segments: Segment[];
    readonly recorder: Recorder;
    readonly noise: AttemptNoise;
    readonly market: Market;
    readonly isTester: boolean;
  }) {
    const { gateway, run, recorder } = options;
    const { world } = run;
    const { settings } = gateway;
    this.site = gateway.site;
    this.region = gateway.region;
    this.regionIndex = run.regionNames.indexOf(gateway.region);
    this.name = gateway.name;
    this.settings = settings;
    this.streams = gateway.streams;
    const { stream, tester } = world.scenario;
    const segmentMs = options.isTester ? tester?.segmentMs : undefined;
    this.duration = lognormal(segmentMs ?? gateway.streams.segmentMs, stream.segmentCv);
    this.hasSender = settings.onchain;
    this.verificationFreq = options.isTester ? 0 : world.scenario.stream.verificationFreq;
    this.#world = world;
    this.#segments = options.segments;
    this.#trace = run.trace;
    this.#observer = recorder;
    this.#market = options.market;
    // Lists of the same kind to V8 as those of probes: what is filtered may have holes, for all that it knows.
    const [trusted, untrusted]: [number[], number[]] = [[], []];
    for (const [at, endpoint] of gateway.endpoints.entries()) {
      const score = gateway.scores[at] ?? -1;
      if (score >= 1) trusted.push(endpoint);
      else if (score === 0) untrusted.push(endpoint);
    }
    this.trusted = trusted;
    this.untrusted = untrusted;
    this.chooser = settings.onchain
      ? recipientChooser({ settings, market: options.market, run, scores: this.scores })
      : firstInOrder;
    this.#poolObserver = new SessionPoolRecorder({ ...options, chooser: this.chooser });
    this.job = jobCapabilities({
      profiles: mostRenditions(gateway.streams.renditions).profiles.map(() => ({
        container: "mpegts",
      })),
      segmentParameters: world.scenario.stream.ingest === "http",
      verificationFreq: this.verificationFreq,
      minVersion: settings.orchMinLivepeerVersion,
    });
    this.#terms = new AnswerTerms(settings, world.scenario);
    this.#answers = answersOf(world, gateway.site);
    this.#transcoders = new Int32Array(world.nodes.length).fill(-1);
  }

  /** A stream's two pools (M-1, M-2). A probe's stream knows the one orchestrator that it asks. */
  manager(stream: Stream): SessionsManager<SessionInfo> {
    const untrusted = stream.probe === null ? this.untrusted.length : 1;
    const trusted = stream.probe === null ? this.trusted.length : 0;
    const numOrchs = poolNumOrchs(trusted, untrusted);
    const draw = selectionDraws(stream);
    return new SessionsManager({
      trusted:
        trusted === 0 ? this.#noTrusted : this.#pool(stream, draw, trusted, numOrchs.trusted),
      untrusted: this.#pool(stream, draw, untrusted, numOrchs.untrusted),
      verificationFreq: this.verificationFreq,
      draw32: this.verificationFreq === 0 ? undefined : verificationDraws(stream),
    });
  }

  #pool(
    stream: Stream,
    draw: () => number,
    poolSize: number,
    numOrchs: number,
  ): SessionPool<SessionInfo> {
    const chooser = stream.traced ? this.#trace.tellingOfNobody(this.chooser) : this.chooser;
    return new SessionPool<SessionInfo>({
      poolSize,
      numOrchs,
      selector: new MinLSSelector<SessionInfo>({ chooser, draw }),
      suspender: new PoolSuspender(this.settings.suspension),
      hasSender: this.hasSender,
      observer: this.#poolObserver,
    });
  }

  /** A segment to use, with an attempt of this gateway's settings. */
  segment(): Segment {
    return this.#idle.pop() ?? this.#newSegment();
  }

  #newSegment(): Segment {
    const config = { maxAttempts: this.settings.maxAttempts };
    const attempt =
      this.verificationFreq > 0
        ? new VerifiedAttempt<SessionInfo>(config, this.#observer)
        : new SegmentAttempt<SessionInfo>(config, this.#observer);
    const segment = new Segment(this.#segments.length, attempt);
    this.#segments.push(segment);
    return segment;
  }

  /** A discovery with this gateway's settings. */
  takeRound(): DiscoveryRound {
    const { discoveryTimeout, extraNodes } = this.settings;
    return (
      this.#rounds.pop() ?? new DiscoveryRound({ discoveryTimeoutMs: discoveryTimeout, extraNodes })
    );
  }

  /** Gives a discovery back. */
  giveRound(round: DiscoveryRound): void {
    if (this.#rounds.length < ROUNDS_KEPT) this.#rounds.push(round);
  }

  /** Gives a segment back. */
  release(segment: Segment): void {
    segment.stream = null;
    this.#idle.push(segment);
  }

  /**
   * Handle of the transcoder URI that a node answers with, if it is known to give the same answer at any time,
   * which may be used, and advertises nobody; −1 else, for which see {@link answer}. A discovery looks at
   * forty of these, side by side.
   */
  transcoderOf(node: number): number {
    return this.#transcoders[node] as number;
  }

  /**
   * What a node answers to this gateway at an instant: who it is, and whether it may be used
   * (D-20 … D-25, B-13).
   */
  answer(node: number, timeMs: number): RoundAnswer {
    const { nodes, orchestrators } = this.#world;
    const market = this.#market;
    const spec = nodes[node];
    const at = market.placeAt(spec?.orchestrator ?? -1, timeMs) * nodes.length + node;
    const known = this.#answers[at];
    if (known !== undefined) {
      const isPlain = known.rejection === null && known.nodes.length === 0;
      if (isPlain && market.arePricesFixed) this.#transcoders[node] = known.transcoder;
      return known;
    }
    const orchestrator = orchestrators[spec?.orchestrator ?? -1];
    invariant(spec !== undefined && orchestrator !== undefined, `there is a node ${node}`);
    const price = market.priceAt(orchestrator.index, timeMs);
    const rejection = this.#terms.rejection(
      {
        name: spec.name,
        orchestrator,
        price,
        terms: market.termsOf(orchestrator.index, price),
        capabilities: this.#world.ai?.transcodes[node] === false ? [] : DEFAULT_CAPABILITIES,
      },
      this.job,
    );
    const answer: RoundAnswer = {
      transcoder: spec.transcoder,
      rejection,
      nodes: node === orchestrator.nodes[0] ? orchestrator.advertised : [],
    };
    this.#answers[at] = answer;
    return answer;
  }
}

/** Uniform numbers for a stream's selections, one after the other. */
function selectionDraws(stream: Stream): () => number {
  return () => uniform(stream.k0, stream.k1, selectionDraw(stream.selections++));
}

/** Uniform whole numbers of 32 bits for its verifications. */
function verificationDraws(stream: Stream): () => number {
  return () =>
    Math.floor(
      uniform(stream.k0, stream.k1, verificationDraw(stream.verifications++)) * 4294967296,
    );
}
