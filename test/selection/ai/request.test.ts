/** What the vectors of AI requests leave out: modes of crashes, scores, units, observers. */
import { pipelineToCapability, Suspender } from "poolsim/discovery";
import {
  AI_EFFECT,
  AI_PIPELINES,
  AI_RESULT,
  AIRequest,
  AISessionManager,
  AISessionPool,
  AISessionSelector,
  aiUnits,
  debitedSpeechUnits,
  llmFailureText,
  manifestId,
  modelState,
  requestedModel,
  Session,
  SortedSelector,
} from "poolsim/selection";
import { describe, expect, it } from "vitest";

const JOB = { capability: 27, model: "m" };

function found(model: "warm" | "noConstraints" = "warm") {
  return [
    { session: new Session({ id: 0, transcoder: 0, info: undefined }), model },
    { session: new Session({ id: 1, transcoder: 1, info: undefined }), model: "warm" as const },
  ];
}

function manager(missingConstraints: "skip" | "crash" = "skip"): AISessionManager {
  return new AISessionManager({ poolSize: 2, pick: () => 0, missingConstraints });
}

describe("crashes of go-livepeer (A-17, A-43)", () => {
  it("answers 503 for a batch request that finds nobody, or drops it like go-livepeer", () => {
    const ends = (["serviceUnavailable", "crash"] as const).map((nobodyFound) => {
      const request = new AIRequest({ nobodyFound });
      let effect = request.start(0, manager(), JOB);
      while (effect === AI_EFFECT.discover) effect = request.discovered(0, null);
      return [request.result, request.message, request.tries];
    });
    expect(ends).toEqual([
      [AI_RESULT.serviceUnavailable, "no orchestrators available", 20],
      [AI_RESULT.crashed, "", 20],
    ]);
  });

  it("leaves an answer without constraints out, or crashes the request like go-livepeer", () => {
    const request = new AIRequest();
    request.start(0, manager(), JOB);
    expect(request.discovered(0, found("noConstraints"))).toBe(AI_EFFECT.prepare);
    expect(request.session?.transcoder).toBe(1);

    const crashing = new AIRequest();
    crashing.start(0, manager("crash"), JOB);
    expect(crashing.discovered(0, found("noConstraints"))).toBe(AI_EFFECT.done);
    expect(crashing.result).toBe(AI_RESULT.crashed);
  });
});

describe("latency scores in requests (A-31)", () => {
  it("scores text-to-image before it looks at the outcome, upscale after a good one only", () => {
    const scores = [27, 30].map((capability) => {
      const sessions = manager();
      const request = new AIRequest();
      request.start(0, sessions, { capability, model: "m" });
      request.discovered(0, found());
      request.prepared(0, true);
      const { session } = request;
      request.submitted(1, { text: "TicketParams expired" }, 0.25);
      return session?.latencyScore;
    });
    expect(scores).toEqual([0.25, 0]);
  });
});

describe("a request", () => {
  it("ends with the client's own words when the client has gone", () => {
    const request = new AIRequest();
    request.start(0, manager(), JOB);
    request.discovered(0, found());
    request.prepared(0, true);
    request.cancel();
    expect(request.submitted(1, { text: "boom" }, 0)).toBe(AI_EFFECT.done);
    expect(request).toMatchObject({
      result: AI_RESULT.serviceUnavailable,
      message: "context canceled",
    });
  });

  it("writes the time-out as Go does", () => {
    const messages = [0, 0.5, 1500, 60_000, 3_661_000].map((retryTimeoutMs) => {
      const request = new AIRequest({ retryTimeoutMs });
      const sessions = manager();
      request.start(0, sessions, JOB);
      if (retryTimeoutMs > 0) {
        request.discovered(0, found());
        request.prepared(0, true);
        request.submitted(retryTimeoutMs, { text: "boom" }, 0);
      }
      return request.message.replace(/.* within (.*) timeout/, "$1");
    });
    expect(messages).toEqual(["0s", "500µs", "1.5s", "1m0s", "1h1m1s"]);
  });

  it("tells its observer of failures and removals, and that it is over", () => {
    const told: string[] = [];
    const request = new AIRequest(
      {},
      {
        failed: (_request, { session }, failure) => told.push(`${session.id} ${failure}`),
        removed: (_request, { session }) => told.push(`${session.id} removed`),
        finished: ({ tries, submits }) => told.push(`${tries} tries, ${submits} submits`),
      },
    );
    request.start(0, manager(), JOB);
    request.discovered(0, found());
    request.prepared(0, true);
    request.submitted(1, { text: "boom" }, 0);
    request.prepared(1, true);
    request.submitted(2, null, 0);
    expect(told).toEqual(["0 other", "0 removed", "2 tries, 2 submits"]);
  });
});

describe("the manager (A-19, A-26)", () => {
  it("keeps one selector for each capability and model, and refuses to lose one", () => {
    const sessions = manager();
    const selector = sessions.make(JOB, false);
    expect(sessions.selectorOf(JOB)).toBeUndefined();
    sessions.keep(JOB, selector);
    expect([...sessions.selectors.keys()]).toEqual([manifestId(JOB)]);
    expect(manifestId(JOB)).toBe("27_m");
    expect(() => sessions.keep(JOB, sessions.make(JOB, false))).toThrow(
      expect.objectContaining({ code: "AI_SELECTOR_TAKEN" }),
    );
    sessions.poolSize = 7;
    expect([selector.poolSize, sessions.make(JOB, false).poolSize]).toEqual([7, 7]);
  });
});

describe("a warm and a cold pool (A-3, A-24)", () => {
  it("shares a busy warm session while an idle cold one waits", () => {
    const selector = new AISessionSelector({ live: false, poolSize: 2, pick: () => 0 });
    selector.beginRefresh();
    const [warm, cold] = found();
    if (warm === undefined || cold === undefined) throw new Error("two");
    selector.endRefresh(0, [warm, { ...cold, model: "cold" }]);
    const chosen = [selector.select(0), selector.select(0)];
    expect(chosen.map((one) => [one?.session.id, one?.warm])).toEqual([
      [0, true],
      [0, true],
    ]);
    expect(selector.cold.selector.size).toBe(1);
  });
});

describe("one pool (A-9)", () => {
  it("ignores the end of a session that it has not, or has no more", () => {
    const pool = new AISessionPool({
      selector: new SortedSelector("latencyScore"),
      suspender: new Suspender("relative"),
      penalty: 3,
    });
    const [first, second] = [0, 1].map((id) => new Session({ id, transcoder: 7, info: undefined }));
    if (first === undefined || second === undefined) throw new Error("two");
    pool.add([first]);
    expect(pool.select(0, () => 0)).toBe(first);
    pool.remove(first);
    pool.complete(first);
    expect([first.segsInFlight, pool.selector.size]).toEqual([1, 0]);
    // Another session has its place: the first one's end is none of its business.
    pool.add([second]);
    pool.complete(first);
    expect([first.segsInFlight, pool.selector.size]).toEqual([1, 1]);
  });

  it("has a session twice that is given back while it is idle", () => {
    const pool = new AISessionPool({
      selector: new SortedSelector("latencyScore"),
      suspender: new Suspender("relative"),
      penalty: 3,
    });
    const session = new Session({ id: 0, transcoder: 7, info: undefined });
    pool.add([session]);
    pool.complete(session);
    expect([pool.size, pool.selector.size]).toEqual([1, 2]);
  });
});

describe("answers and pipelines", () => {
  it("reads the state of a model from an answer (A-16, A-17)", () => {
    const model = (warm: boolean) => ({ warm, capacity: 1, runnerVersion: "" });
    const constraints = {
      minVersion: "",
      perCapability: new Map([
        [
          27,
          new Map([
            ["m", model(true)],
            ["n", model(false)],
          ]),
        ],
      ]),
    };
    const states = [
      modelState({ constraints }, 27, "m"),
      modelState({ constraints }, 27, "n"),
      modelState({ constraints }, 27, "x"),
      modelState({ constraints }, 28, "m"),
      modelState({ constraints: null }, 27, "m"),
      modelState(null, 27, "m"),
    ];
    const none = "noConstraints";
    expect(states).toEqual(["warm", "cold", "otherModel", "noCapability", none, none]);
  });

  it("has the capability of each pipeline that K-5 finds, and its default model (A-28)", () => {
    for (const { name, capability, defaultModel } of AI_PIPELINES.values()) {
      expect(pipelineToCapability(name)).toBe(capability);
      expect(requestedModel(name, "")).toBe(defaultModel);
      expect(requestedModel(name, "x")).toBe("x");
    }
    expect(requestedModel("live-video-to-video", "")).toBe("noop");
    expect(requestedModel("nope", "")).toBeUndefined();
  });

  it("counts units by pipeline (A-29), and what an orchestrator debits for speech (A-37)", () => {
    const same = (units: bigint) => ({ scored: units, billed: units });
    expect(aiUnits("text-to-image", {})).toEqual(same(512n * 512n));
    expect(aiUnits("text-to-image", { height: 2, width: 3, images: 0 })).toEqual(same(6n));
    expect(aiUnits("image-to-video", {})).toEqual(same(576n * 1024n * 25n));
    expect(aiUnits("audio-to-text", { audioSeconds: 7 })).toEqual({ scored: 7n, billed: 7000n });
    expect(aiUnits("llm", {})).toEqual(same(256n));
    expect(aiUnits("text-to-speech", { text: "é" })).toEqual(same(2n));
    expect(debitedSpeechUnits("é")).toBe(1000n);
    expect(aiUnits("upscale", { height: Number.NaN, width: 9 })).toEqual(same(0n));
    expect(aiUnits("upscale", { height: 2 ** 40, width: 2 ** 40 })).toEqual(same(0n));
    expect(aiUnits("nope", {})).toBeUndefined();
  });

  it("words an llm's failure (A-40)", () => {
    expect(llmFailureText(500, "x")).toBe("unexpected status code: 500, body: x");
  });
});
