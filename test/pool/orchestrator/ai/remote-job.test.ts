/** An AI request at remote workers, and the options of their manager that go-livepeer lacks. */
import {
  AI_REFUSALS,
  AICapacityCheck,
  AINodeCapacity,
  liveCapacity,
  RemoteAIJob,
  RemoteAIWorkerManager,
  type RemoteAIWorkerManagerOptions,
} from "poolsim/pool";
import { describe, expect, it } from "vitest";

const LLM = 33;

function node(workers: number, options: RemoteAIWorkerManagerOptions = {}) {
  const manager = new RemoteAIWorkerManager(options);
  const capacities = [{ capability: LLM, model: "m", capacity: 1 }];
  for (let worker = 0; worker < workers; worker++) {
    manager.register({ address: `10.0.0.${worker}`, capacities });
  }
  const job = manager.knownJob(LLM, "m");
  const left = () =>
    manager.order.map((worker) => manager.capacities(worker).map(({ capacity }) => capacity));
  return { manager, job, left };
}

it("A-54: a node counts a model that a worker names twice once, as the worker does", () => {
  const twice = [1, 3].map((capacity) => ({ capability: LLM, model: "m", capacity }));
  const [capacity, manager] = [new AINodeCapacity(), new RemoteAIWorkerManager()];
  const worker = manager.register({ address: "10.0.0.1", capacities: twice });
  capacity.add(twice);
  expect(capacity.models.get(LLM)?.get("m")?.capacity).toBe(3);
  expect(manager.capacities(worker)).toMatchObject([{ capacity: 3 }]);
  capacity.remove(twice);
  expect(capacity.models.get(LLM)?.size).toBe(0);
});

describe("a request at remote workers (A-61)", () => {
  it("goes to another worker when sending fails, and says that there is none in the end", () => {
    const { manager, job } = node(2);
    const request = new RemoteAIJob(manager, 1, job);
    expect(request.begin()).toBe("send");
    expect([request.sendFailed(), request.worker]).toEqual(["send", 1]);
    expect(request.workerGone()).toBe("answer");
    expect(request.answer).toEqual({ status: 500, text: "no workers available" });
    expect(request.attempts).toBe(2);
  });

  it("answers what the worker says, and gives its capacity back", () => {
    const { manager, job, left } = node(1);
    const answers = (["succeeded", "failed", "timedOut"] as const).map((how, number) => {
      const request = new RemoteAIJob(manager, number, job);
      request.begin();
      expect(left()).toEqual([[0]]);
      request[how]("words");
      expect(left()).toEqual([[1]]);
      return request.answer;
    });
    expect(answers).toEqual([
      { status: 200, text: "words" },
      { status: 500, text: "words" },
      { status: 500, text: "Remote worker took too long" },
    ]);
  });

  it("has no worker for a model that nobody serves", () => {
    const { manager } = node(1);
    const request = new RemoteAIJob(manager, 1, manager.jobOf("llm", "other"));
    expect(request.begin()).toBe("answer");
    expect(request.answer?.text).toBe("no workers can process job requested");
  });

  it("refuses before the work in the order of the rule (A-52)", () => {
    expect(Object.values(AI_REFUSALS)).toEqual([402, 403, 400, 503, 400, 400]);
  });
});

describe("the leak of capacity (A-58, E-19)", () => {
  it("is go-livepeer's, or none", () => {
    const lefts = (["go-livepeer", "none"] as const).map((leak) => {
      const { manager, job, left } = node(2, { leak });
      manager.select(1, job);
      manager.select(1, job);
      manager.complete(1, job);
      return left();
    });
    expect(lefts).toEqual([
      [[1], [0]],
      [[1], [1]],
    ]);
  });

  it("without it gives a unit to the request's own worker, not to others at its address", () => {
    const manager = new RemoteAIWorkerManager({ leak: "none" });
    const capacities = [{ capability: LLM, model: "m", capacity: 1 }];
    for (let worker = 0; worker < 2; worker++) manager.register({ address: "a", capacities });
    const job = manager.knownJob(LLM, "m");
    manager.select(1, job);
    manager.complete(1, job);
    const left = manager.order.map((worker) => manager.capacities(worker)[0]?.capacity);
    expect(left).toEqual([1, 1]);
  });

  it("asks an admission policy whether a worker may serve", () => {
    const { manager, job } = node(2, { mayServe: (worker) => worker === 1 });
    expect(manager.select(1, job)).toBe(1);
    expect(manager.select(2, job)).toBe(-2);
  });

  it("refuses a capacity that is no whole number", () => {
    const manager = new RemoteAIWorkerManager();
    const capacities = [{ capability: LLM, model: "m", capacity: Number.NaN }];
    const refused = expect.objectContaining({ code: "POOL_WORKER" });
    expect(() => manager.register({ address: "", capacities })).toThrow(refused);
    expect(() => new AINodeCapacity().add(capacities)).toThrow(refused);
  });
});

describe("the capacity that a node advertises (A-53)", () => {
  it("grows by one with each request of a remote worker, or does not", () => {
    const grown = (["go-livepeer", "none"] as const).map((leak) => {
      const { manager } = node(1);
      const advertised = new AINodeCapacity();
      advertised.add([{ capability: LLM, model: "m", capacity: 1 }]);
      const check = new AICapacityCheck({ node: advertised, workers: manager, leak });
      const reservation = { capability: LLM, model: "m", local: false };
      for (let request = 0; request < 3; request++) {
        expect(check.check(reservation)).toBe(true);
        check.release(reservation);
      }
      return advertised.models.get(LLM)?.get("m")?.capacity;
    });
    expect(grown).toEqual([4, 1]);
  });

  it("asks the node's own worker about live video, and takes nothing", () => {
    const advertised = new AINodeCapacity();
    advertised.add([{ capability: 35, model: "noop", capacity: 1 }]);
    const workers = new RemoteAIWorkerManager();
    const check = new AICapacityCheck({ node: advertised, workers });
    const live = { capability: 35, model: "noop", local: true };
    expect([check.check(live, true), check.check(live)]).toEqual([true, false]);
    check.release(live);
    expect(advertised.models.get(35)?.get("noop")?.capacity).toBe(1);
    expect(liveCapacity({ idle: 2, inUse: 3 })).toEqual({ capacity: 2, capacityInUse: 3 });
  });
});
