import { describe, expect, it } from "vitest";
import { createAdmission } from "../../../../src/pool/orchestrator/admission/create.js";
import { parseAdmission } from "../../../../src/pool/orchestrator/admission/schema.js";

const refused = (message: RegExp) =>
  expect.objectContaining({ code: "ADMISSION", message: expect.stringMatching(message) });

describe("admission rules", () => {
  it("of the library refuse what they do not know: nobody is admitted by a slip of the pen", () => {
    const slips: [unknown, RegExp][] = [
      [{ benchmrk: { limitMs: 800 } }, /^admission: .*benchmrk/],
      [{ benchmark: { limitMs: 800, segmnts: 300 } }, /^admission\.benchmark: .*segmnts/],
      [{ benchmark: {} }, /^admission\.benchmark\.limitMs/],
      [{ benchmark: { limitMs: Number.NaN } }, /^admission\.benchmark\.limitMs/],
      [{ benchmark: { limitMs: -1 } }, /^admission\.benchmark\.limitMs/],
      [{ tier: { slowMs: "800" } }, /^admission\.tier\.slowMs/],
      [{ tier: {} }, /^admission\.tier: expected slowMs or spares/],
      [{ tier: { spares: ["no name"] } }, /^admission\.tier\.spares\.0/],
      [{ sessionCap: { good: 0.5 } }, /^admission\.sessionCap\.good/],
      [{ reconnectPenalty: { wait: Number.POSITIVE_INFINITY } }, /^admission\.reconnectPenalty/],
      [{ include: "good" }, /^admission\.include/],
      [null, /^admission/],
    ];
    for (const [config, message] of slips) {
      expect(() => createAdmission(config as object), JSON.stringify(config)).toThrow(
        refused(message),
      );
      expect(() => parseAdmission(config), JSON.stringify(config)).toThrow(refused(message));
    }
  });

  it("are parsed as files write them, and taken by createAdmission as parsed", () => {
    const parsed = parseAdmission({
      rolling: { coolDown: "10m" },
      reconnectPenalty: { wait: "30s" },
    });
    expect(parsed).toMatchObject({
      exclude: [],
      rolling: { coolDown: 600_000, minSegments: 30 },
      reconnectPenalty: { wait: 30_000 },
    });
    expect(createAdmission(parsed).policy).toBe("rolling+reconnectPenalty");
    expect(() => parseAdmission({ rolling: { coolDown: 600_000 } })).toThrow(
      refused(/^admission\.rolling\.coolDown/),
    );
  });

  it("may be left undefined", () => {
    expect(createAdmission({ benchmark: undefined, include: undefined }).policy).toBe("none");
  });
});
